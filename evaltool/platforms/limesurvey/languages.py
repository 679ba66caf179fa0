"""The languages that LimeSurvey 6.4 has, and those in which much of its own text on a page stays English."""

_CODES = (
    "af am ar az be bg bn bs ca ca-valencia ceb ckb cnr cs cs-informal cy da de de-easy de-informal el en es es-AR "
    "es-AR-informal es-CL es-CO es-MX es-informal et eu fa fi fil fr ful gl gu he hi hil hr hu hy id ie ike ilo is "
    "it it-informal ja ka kal kk km kmr kn ko ky lb lt lv mk ml mn mr ms mt mya nb nl nl-informal nn ny oc pa pap- "
    "CW pl pl-informal prs ps pt pt-BR ro roh ru run rw sah si sk sl smi so sq sr sr-Latn sv swh ta te tg th ti tl "
    "tr ug uk ur vi xho yor zh-Hans zh-Hant-HK zh-Hant-TW zu"
)
LANGUAGES = frozenset(_CODES.split())

WEAK = {"ckb": 16, "prs": 11, "ps": 11, "so": 9, "kmr": 6, "ti": 3}
"""How many of 33 strings of a survey page that were looked at are translated; the others are English."""

LOOKED_AT = 33

NEAR = {"ku": "kmr or ckb", "no": "nb or nn", "zh": "zh-Hans", "sw": "swh", "my": "mya", "xh": "xho", "yo": "yor"}
"""What to take instead of a code that others use and LimeSurvey does not know."""
