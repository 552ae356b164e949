// Parse GIFT from standard input with gift-pegjs (tests/node), print what it found as JSON.
const path = require("path");
const gift = require(path.join(__dirname, "..", "..", "node", "node_modules", "gift-pegjs"));
let text = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => process.stdout.write(JSON.stringify(gift.parse(text))));
