"""QTI's words: one table for 2.x (camelCase) and 3.0 (kebab-case, `qti-` before the element), what each can carry.

Inside the reader and the writer only the 2.x spelling is used. A `Dialect` says how a word is spelled in a file, which
namespaces, resource types and templates belong to it, and which HTML it has; reader and writer are the same for all.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from stemkey.model import (
    EVERYTHING,
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

TOOL = "stemkey"
"""`toolName` of what we write: labels in such a file are ours."""

INTERACTIONS: Mapping[str, type[Interaction]] = MappingProxyType(
    {
        "choiceInteraction": ChoiceInteraction,
        "inlineChoiceInteraction": InlineChoiceInteraction,
        "orderInteraction": OrderInteraction,
        "matchInteraction": MatchInteraction,
        "textEntryInteraction": TextEntryInteraction,
        "extendedTextInteraction": ExtendedTextInteraction,
        "uploadInteraction": UploadInteraction,
    }
)
"""QTI's element of each interaction of the model; other interactions are kept whole."""

_ELEMENTS = """
assessmentItem assessmentItemRef assessmentSection assessmentSectionRef assessmentStimulus assessmentStimulusRef
stimulusBody assessmentTest testPart selection ordering adaptiveSelection weight itemSessionControl timeLimits branchRule preCondition
templateDefault variableMapping testFeedback outcomeProcessing outcomeCondition outcomeIf outcomeElseIf outcomeElse
testVariables numberCorrect numberIncorrect numberPresented numberResponded numberSelected outcomeMaximum outcomeMinimum
responseDeclaration outcomeDeclaration templateDeclaration contextDeclaration defaultValue correctResponse value mapping
mapEntry areaMapping areaMapEntry matchTable matchTableEntry interpolationTable interpolationTableEntry
responseProcessing responseCondition responseIf responseElseIf responseElse setOutcomeValue exitResponse
responseProcessingFragment lookupOutcomeValue templateProcessing templateCondition templateConstraint templateIf
templateElseIf templateElse setTemplateValue setCorrectResponse setDefaultValue exitTemplate
and or not anyN match member contains isNull null variable baseValue correct default mapResponse mapResponsePoint
stringMatch patternMatch substring equal equalRounded gt gte lt lte sum subtract product divide power integerDivide
integerModulus integerToFloat round roundTo truncate min max gcd lcm multiple ordered containerSize index delete
fieldValue random randomInteger randomFloat repeat inside durationLT durationGTE customOperator mathOperator
mathConstant statsOperator
itemBody contentBody prompt rubricBlock stylesheet catalogInfo companionMaterialsInfo modalFeedback feedbackBlock
feedbackInline templateBlock templateInline printedVariable infoControl math include
choiceInteraction simpleChoice inlineChoiceInteraction inlineChoice label orderInteraction matchInteraction
simpleMatchSet simpleAssociableChoice textEntryInteraction extendedTextInteraction uploadInteraction
associateInteraction customInteraction portableCustomInteraction drawingInteraction endAttemptInteraction
gapMatchInteraction gap gapText gapImg graphicAssociateInteraction graphicGapMatchInteraction associableHotspot
graphicOrderInteraction hotspotInteraction hotspotChoice hottextInteraction hottext mediaInteraction
positionObjectInteraction positionObjectStage selectPointInteraction sliderInteraction
"""
_ATTRIBUTES = """
adaptive timeDependent toolName toolVersion identifier title label responseIdentifier outcomeIdentifier templateIdentifier
showHide shuffle maxChoices minChoices fixed orientation maxAssociations minAssociations matchMax matchMin matchGroup
expectedLength expectedLines placeholderText patternMask stringIdentifier maxStrings minStrings format base type
cardinality baseType normalMaximum normalMinimum masteryValue externalScored interpretation longInterpretation view use
lowerBound upperBound defaultValue mapKey mappedValue caseSensitive substring pattern toleranceMode tolerance
includeLowerBound includeUpperBound roundingMode figures template templateLocation definition
navigationMode submissionMode maxAttempts showFeedback allowReview showSolution allowComment allowSkipping
validateResponses minTime maxTime allowLateSubmission visible keepTogether required select withReplacement
variableIdentifier weightIdentifier sourceValue targetValue includeBoundary href class value media n includeCategory excludeCategory sectionIdentifier weight
"""


def _kebab(word: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", lambda m: f"-{m[0]}", word).lower()


ELEMENTS: Mapping[str, str] = MappingProxyType({word: f"qti-{_kebab(word)}" for word in _ELEMENTS.split()})
"""2.x's element names and 3.0's."""
ATTRIBUTES: Mapping[str, str] = MappingProxyType({word: _kebab(word) for word in _ATTRIBUTES.split()})
"""2.x's attribute names and 3.0's."""
FROM_KEBAB: Mapping[str, str] = MappingProxyType({kebab: word for word, kebab in ELEMENTS.items()})
ATTRIBUTES_FROM_KEBAB: Mapping[str, str] = MappingProxyType(
    {kebab: word for word, kebab in ATTRIBUTES.items() if kebab != word}
)

MATHML = "http://www.w3.org/1998/Math/MathML"
QTI2_NAMESPACES = (
    "http://www.imsglobal.org/xsd/imsqti_v2p0",
    "http://www.imsglobal.org/xsd/imsqti_item_v2p0",
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "http://www.imsglobal.org/xsd/apip/apipv1p0/qtiitem/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/apip/apipv1p0/qtiitem/imsqti_v2p2",
)
QTI3_NAMESPACES = ("http://www.imsglobal.org/xsd/imsqtiasi_v3p0",)

# HTML that every dialect has; what a dialect lacks is written as `span` or `div` with a class of the stylesheet.
_INLINE_2 = frozenset("a abbr acronym b big cite code dfn em i kbd q samp small span strong sub sup tt var".split())  # noqa: SIM905 # words
_INLINE_3 = _INLINE_2 | {"bdo", "ruby"}
_BLOCKS_2 = frozenset("blockquote div dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul".split())  # noqa: SIM905 # words
_BLOCKS_3 = _BLOCKS_2 | {"figure"}
_PARTS_2 = frozenset("caption col colgroup dd dt li tbody td tfoot th thead tr".split())  # noqa: SIM905 # words
_PARTS_3 = _PARTS_2 | {"figcaption", "rt", "rp"}
_COMMON_2 = frozenset({"class", "lang"})
_COMMON_3 = _COMMON_2 | {"dir"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One version of QTI, as a file spells it."""

    format: str
    """Row of the table of formats that it belongs to."""
    version: str
    kebab: bool = False
    namespace: str
    schema: str
    """Where the schema of its items and tests is."""
    template: str
    """URL of a standard response-processing template, `{}` its name."""
    manifest_namespace: str
    manifest_schema: str
    """What `<schema>` in the manifest says."""
    manifest_version: str
    resource: str
    """Type of a resource of the manifest, `{}` its kind."""
    inline: frozenset[str]
    blocks: frozenset[str]
    parts: frozenset[str]
    common: frozenset[str]

    def tag(self, name: str) -> str:
        """Return an element's name as a file of this dialect spells it."""
        return ELEMENTS[name] if self.kebab else name

    def attribute(self, name: str) -> str:
        """Return an attribute's name as a file of this dialect spells it."""
        return ATTRIBUTES[name] if self.kebab else name


def _version_2(version: str, short: str, schema: str) -> Dialect:
    return Dialect(
        format="qti21",
        version=version,
        namespace=f"http://www.imsglobal.org/xsd/imsqti_{short}",
        schema=schema,
        template=f"http://www.imsglobal.org/question/qti_{short}/rptemplates/{{}}",
        manifest_namespace="http://www.imsglobal.org/xsd/imscp_v1p1",
        manifest_schema=f"QTIv{version} Package",
        manifest_version="1.0.0",
        resource=f"imsqti_{{}}_xml{short}",
        inline=_INLINE_2,
        blocks=_BLOCKS_2,
        parts=_PARTS_2,
        common=_COMMON_2,
    )


QTI_2_1 = _version_2("2.1", "v2p1", "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd")
QTI_2_2 = _version_2("2.2", "v2p2", "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd")
QTI_3_0 = Dialect(
    format="qti3",
    version="3.0",
    kebab=True,
    namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
    manifest_namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    manifest_schema="QTI Package",
    manifest_version="3.0.0",
    resource="imsqti_{}_xmlv3p0",
    inline=_INLINE_3,
    blocks=_BLOCKS_3,
    parts=_PARTS_3,
    common=_COMMON_3,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qti21Options:
    """How a QTI 2.x package is written."""

    version: Literal["2.1", "2.2"] = "2.1"
    """2.1 is what most LMSs import."""


def dialect_of(options: Qti21Options) -> Dialect:
    """Return the dialect that the options ask for."""
    return QTI_2_2 if options.version == "2.2" else QTI_2_1


def carries(name: str) -> Capabilities:
    """Return what a format of QTI's family can carry; only foreign items differ."""
    return replace(EVERYTHING, foreign=(name,), penalty=False)


CARRIES = carries("qti21")
"""QTI has no penalty for further tries; units of numbers have no place in it either."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 200


def is_name(identifier: str) -> bool:
    """Whether an identifier may stand in a file as it is: plain ASCII, a name in XML's sense."""
    return _NAME.match(identifier) is not None and len(identifier) <= _LONGEST


def safe_name(identifier: str) -> str:
    """Return an identifier as it may stand in a file: itself, else one that is made from it alone."""
    if is_name(identifier):
        return identifier
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"id_{_UNSAFE.sub('_', identifier)[:80].strip('_.')}_{digest}"
