"""Write the six holders of a dwelling as the LOVAC files of both layouts do."""

from __future__ import annotations

_BIRTHPLACES = "['75 PARIS', '33 BORDEAUX', '99 BRUXELLES']"


def location(k: int) -> str:
    """Say where the owner lives: 1 same commune, 2 department, 4 elsewhere, 6 abroad, 9 unknown."""
    home = f"o.home_com_{k}"
    return (
        f"CASE WHEN {home} IS NULL THEN NULL WHEN o.abroad > 0 THEN 6 WHEN {home} = l.com THEN 1 "
        f"WHEN left({home}, 2) = left(l.com, 2) THEN 2 WHEN draw(l.h, 89, 40) = 0 THEN 9 ELSE 4 END"
    )


def holder(k: int, new: bool) -> str:
    birth, known = f"o.birth_{k}", f"l.known AND o.full_name_{k} IS NOT NULL"
    if new:
        date = (
            f"CASE WHEN draw(l.h, 90, 2) = 0 THEN strftime({birth}, '%d/%m/%Y') ELSE strftime({birth},"
            " '%Y-%m-%d') END"
        )
    else:
        written = (
            f"CASE WHEN draw(l.h, 90, 2) = 0 THEN strftime({birth}, '%d%m%Y') ELSE strftime({birth},"
            " '%d/%m/%Y') END"
        )
        date = f"coalesce({written}, CASE WHEN o.physical THEN '00/00/0000' END)"
    columns = {
        "jdatnss": date, "ddenom": f"coalesce(o.ff_name_{k}, o.full_name_{k})", "dlign3": f"o.line_3_{k}",
        "dlign4": f"o.line_4_{k}",
        "dlign5": "NULL", "dlign6": f"o.line_6_{k}", "dsiren": f"o.siren_{k}", "ccogrm": f"o.ccogrm_{k}",
        "idprodroit": f"p.dep2 || p.com3 || o.dnupro || '0{k}'", "idpersonne": f"p.dep2 || o.dnuper_{k}",
        "dldnss": f"CASE WHEN {birth} IS NOT NULL THEN pick(l.h, {90 + k}, {_BIRTHPLACES}) END",
        "catpro2txt": f"o.kind_class_{k}", "catpro3": f"nullif(o.catpro3_{k}, '')",
        "ccodro": f"o.ccodro_{k}", "locprop": location(k),
    }  # fmt: skip
    text = ", ".join(
        f"CASE WHEN {known} THEN {expression} END AS ff_{name}_{k}" for name, expression in columns.items()
    )
    return text + f", CASE WHEN {known} THEN o.line_4_{k} || ' ' || o.line_6_{k} END AS cer_ff_adresse_{k}"
