# Reference values for tests/analysis/test_references.py: base R and psych over classes that this script makes.
#
#   Rscript make.R        (R 4.2, psych 2.2 or later; writes the files beside it)
#
# data: <name>.csv, one candidate a row, one letter an item, empty for a blank; the key is always A.
# points: points.csv. results: results.csv, one number a row, 17 significant digits, NA where R says so.
# Definitions are those of docs/statistics.md, written once more in R.
suppressMessages(library(psych))
set.seed(20261123)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

simulate <- function(n, difficulty, slope = 1.2, options = 4, blank = 0) {
  ability <- rnorm(n)
  sapply(difficulty, function(b) {
    right <- runif(n) < 1 / options + (1 - 1 / options) * plogis(slope * (ability - b))
    # weak candidates prefer B, strong ones C among the wrong options
    wrong <- ifelse(runif(n) < plogis(-ability), "B", sample(LETTERS[3:options], n, replace = TRUE))
    given <- ifelse(right, "A", wrong)
    ifelse(runif(n) < blank, "", given)
  })
}

sets <- list(
  class200 = list(x = simulate(200, seq(-2, 2, length.out = 20), blank = .05), points = rep(1, 20)),
  small12  = list(x = simulate(12, c(-1, -.5, 0, .5, 1)), points = rep(1, 5)),
  skewed   = list(x = simulate(90, rep(-3, 10), slope = 2), points = rep(1, 10)),
  weighted = list(x = simulate(75, c(-1, 0, 1, 0, -1, .5)), points = c(1, 2, 3, .5, 4, 2.5)),
  letters5 = list(x = simulate(150, seq(-1, 1, length.out = 8), options = 5, blank = .1), points = rep(1, 8))
)

rows <- list()
put <- function(set, statistic, value, item = "", choice = "")
  rows[[length(rows) + 1]] <<- data.frame(set, statistic, item, choice, value = sprintf("%.17g", value))

corr <- function(a, b) if (sd(a) == 0 || sd(b) == 0) NA else cor(a, b)

# groups of exactly .27 n: the candidates at the border count in part, equally
tails <- function(x, total, share = .27) {
  n <- length(total); size <- share * n
  weight <- function(sign) {
    w <- numeric(n); left <- size
    for (s in sort(unique(sign * total))) {
      here <- which(sign * total == s)
      w[here] <- min(1, left / length(here)); left <- left - sum(w[here])
      if (left <= 1e-12) break
    }
    w
  }
  (sum(weight(-1) * x) - sum(weight(1) * x)) / size
}

for (name in names(sets)) {
  x <- sets[[name]]$x; points <- sets[[name]]$points; n <- nrow(x); k <- ncol(x)
  write.table(data.frame(id = seq_len(n), x), paste0(name, ".csv"), sep = ",", quote = FALSE, row.names = FALSE,
              col.names = c("id", paste0("Q", seq_len(k))))
  scores <- sweep((x == "A") * 1, 2, points, "*")
  total <- rowSums(scores)
  cronbach <- function(s) ncol(s) / (ncol(s) - 1) * (1 - sum(apply(s, 2, var)) / var(rowSums(s)))
  alpha <- cronbach(scores)
  deleted <- sapply(seq_len(k), function(j) cronbach(scores[, -j]))
  if (all(apply(scores, 2, sd) > 0)) {  # psych drops items that do not vary, which is not our definition
    a <- psych::alpha(scores, check.keys = FALSE, warnings = FALSE)
    stopifnot(abs(a$total$raw_alpha - alpha) < 1e-12, max(abs(a$alpha.drop$raw_alpha - deleted)) < 1e-12)
    stopifnot(max(abs(a$item.stats$r.drop - sapply(seq_len(k), function(j) cor(scores[, j], total - scores[, j])))) < 1e-12)
  }
  put(name, "alpha", alpha)
  put(name, "alpha_lower", 1 - (1 - alpha) * qf(.975, n - 1, (n - 1) * (k - 1)))
  put(name, "alpha_upper", 1 - (1 - alpha) * qf(.025, n - 1, (n - 1) * (k - 1)))
  put(name, "sem", sd(total) * sqrt(1 - alpha))
  put(name, "mean", mean(total)); put(name, "median", median(total)); put(name, "sd", sd(total))
  put(name, "minimum", min(total)); put(name, "maximum", max(total))
  put(name, "skewness", psych::skew(total, type = 2)); put(name, "kurtosis", psych::kurtosi(total, type = 2))
  for (j in seq_len(k)) {
    s <- scores[, j]; rest <- total - s
    put(name, "facility", mean(s) / points[j], j)
    put(name, "sd_item", sd(s), j)
    put(name, "item_total", corr(s, total), j)
    put(name, "item_rest", corr(s, rest), j)
    if (.27 * n >= 4) put(name, "D27", tails(s, total) / points[j], j)
    put(name, "alpha_if_deleted", deleted[j], j)
    for (choice in sort(unique(x[x[, j] != "", j]))) {
      taken <- (x[, j] == choice) * 1
      put(name, "count", sum(taken), j, choice)
      put(name, "point_biserial", corr(taken, rest), j, choice)
      put(name, "mean_score", mean(total[taken == 1]), j, choice)
    }
  }
}
for (case in list(c(.975, 1, 1), c(.025, 1, 49), c(.975, 29, 261), c(.025, 29, 261), c(.975, 4, 20), c(.975, 99, 1881),
                  c(.025, 599, 18569), c(.5, 3, 7), c(.025, 20000, 20000)))
  put("qf", "quantile", qf(case[1], case[2], case[3]), case[2], paste(case[1], case[3]))
# Above 400,000 degrees of freedom R's qf takes the limit; its qbeta does not.
q <- qbeta(.975, 999999 / 2, 48999951 / 2)
put("qf", "quantile", q / (1 - q) * 49, 999999, "0.975 48999951")
write.table(data.frame(set = rep(names(sets), sapply(sets, function(s) length(s$points))),
                       item = unlist(lapply(sets, function(s) seq_along(s$points))),
                       points = unlist(lapply(sets, function(s) s$points))),
            "points.csv", sep = ",", quote = FALSE, row.names = FALSE)
write.table(do.call(rbind, rows), "results.csv", sep = ",", quote = FALSE, row.names = FALSE)
