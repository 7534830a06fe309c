"""Write the whole stock as the Fichiers Fonciers do: premises, rights, buildings, and the extract of 2025."""

from __future__ import annotations


def _at(year: int) -> str:
    """Give the premises as they are in one year, with commune, owner account and vacancy of then."""
    return f"""
SELECT p.* EXCLUDE (com), CASE WHEN p.moved AND {year} < p.changed THEN p.code_before ELSE p.com END AS com,
    CASE WHEN p.sold <= {year} THEN p.account_after ELSE p.account_before END AS account,
    s.vacant_since, s.n IS NOT NULL AS vacant, mixed(p.h + {year}) AS hy
FROM premise AS p LEFT JOIN stay AS s ON s.n = p.n AND s.annee = {year}
WHERE p.known"""


_OCCUPANCY = """CASE WHEN t.dteloc IN ('3', '4') THEN NULL WHEN NOT t.vacant THEN t.ccthp_occupied
        ELSE pick(t.hy, 101, ['V', 'V', 'V', 'V', 'V', 'V', 'V', 'V', 'L', NULL]) END"""


def ff_housing_rows(year: int) -> str:
    """Give the SQL of the premises of one year; sort by n."""
    return f"""
SELECT t.n, t.idlocal, t.idpar || CASE WHEN t.dteloc = '2' THEN 'A' ELSE '' END AS idbat, t.idpar,
left(t.idpar, 10) AS idsec,
    t.dep2 || t.com3 || o.dnupro AS idprocpte, t.com AS idcom, c.city AS idcomtxt, t.dep2 AS ccodep,
    '0' AS ccodir,
    substr(t.com, 3) AS ccocom, t.invar, digits(draw(t.h, 54, 6), 2) AS dniv,
    t.street_code AS ccoriv, t.street_name AS dvoilib,
    letter(t.h, 52) AS cleinvar, CASE WHEN t.ctpdl IS NULL THEN '0' ELSE '1' END AS gpdl, t.ctpdl, o.dnupro,
    CASE WHEN t.sold <= {year} THEN digits(1 + draw(t.h, 74, 28), 2) || digits(1 + draw(t.h, 73, 12), 2)
        || (t.sold - 1) END AS jdatat,
    CASE WHEN t.sold <= {year} THEN CAST(t.sold - 1 AS VARCHAR) END AS jdatatan, CASE WHEN t.dteloc = '4'
        THEN 'P' ELSE 'C' END AS ccoeva,
    t.dteloc, ['MAISON', 'APPARTEMENT', 'DÉPENDANCES',
    'LOCAL COMMERCIAL OU INDUSTRIEL'][CAST(t.dteloc AS INTEGER)] AS dteloctxt,
    CASE WHEN t.dteloc IN ('1', '2') THEN true END AS logh, CASE WHEN t.dteloc = '1' THEN true
        END AS loghmais,
        CASE WHEN t.dteloc = '2' THEN true END AS loghappt,
    ['MA', 'AP', 'DE', 'CM'][CAST(t.dteloc AS INTEGER)] AS cconlc,
    t.rental_value AS dvltrt, {_OCCUPANCY} AS ccthp,
    CASE WHEN t.dteloc IN ('1', '2') AND t.vacant THEN true END AS loghvac,
        CASE WHEN t.dteloc IN ('1', '2') AND t.vacant_since < {year} - 2 THEN true END AS loghvac2a,
    CASE WHEN t.dteloc IN ('1', '2') AND t.vacant_since < {year} - 5 THEN true END AS loghvac5a,
    CAST(t.built_year AS VARCHAR) AS jannat, digits(1 + draw(t.h, 102, 6), 2) AS dnbniv,
    draw(t.h, 102, 6) AS nbetagemax,
    CASE WHEN o.ccogrm_1 IN ('5', '6') THEN o.ccogrm_1 END AS hlmsem, CASE WHEN o.ccogrm_1 = '5' THEN 'OUI'
        END AS loghlls,
    CASE WHEN t.dteloc IN ('1', '2') THEN digits(t.built_year, 4) END AS jannath,
        CASE WHEN t.dteloc IN ('1', '2') THEN t.area END AS stoth,
    CASE WHEN t.dteloc = '3' THEN t.area END AS stotd, CASE WHEN t.dteloc = '4' THEN t.area END AS sprincp,
        CASE WHEN t.dteloc = '4' THEN t.area // 5 END AS ssecp,
    1 + draw(t.h, 103, 3) AS npevtot, t.area + draw(t.h, 63, 30) AS slocal,
        CASE WHEN t.dteloc IN ('1', '2') THEN t.rooms END AS npiece_p2,
    draw(t.h, 104, 3) AS nbannexe, draw(t.h, 105, 2) AS nbgarpark, o.holders AS ndroit,
    o.holders AS ndroitpro,
        left(o.catpro3_1, 2) AS catpro2,
    nullif(o.catpro3_1, '') AS catpro3,
    CASE WHEN o.abroad > 0 THEN '6' WHEN o.home_com_1 = t.com THEN '1'
        WHEN left(o.home_com_1, 2) = t.dep2 THEN '2' ELSE '4' END AS locprop,
    CASE WHEN draw(t.h, 58, 20) > 0 THEN CAST(40 + draw(t.h, 59, 60) AS DECIMAL(5, 2)) / 100 END AS ban_score,
    c.postcode AS ban_cp, CASE WHEN draw(t.h, 56, 10) < 8 THEN to_base(t.n * 7919 + 1000000007, 36, 12)
        END AS rnb_id
FROM ({_at(year)}) AS t JOIN holder AS o ON o.a = t.account LEFT JOIN city AS c ON c.com = t.com"""


def ff_owners_rows(year: int) -> str:
    """Give the SQL of the rights of one year: account in a commune × holder; sort by com3, a, k."""
    return f"""
SELECT t.dep2 AS ccodep, t.com3, p.a, p.k, t.dep2 || t.com3 || h.dnupro || '0' || p.k AS idprodroit,
    t.dep2 || t.com3 || h.dnupro AS idprocpte,
    t.dep2 || p.dnuper AS idpersonne, t.com AS idcom, c.city AS idcomtxt, '0' AS ccodir, t.com3 AS ccocom,
    h.dnupro, '0' || p.k AS dnulp,
        p.dnuper,
    p.ccodro, 'P' AS typedroit, CASE WHEN h.holders > 1 AND p.physical THEN 'I' END AS ccodem,
        CASE WHEN p.physical THEN '1' ELSE '2' END AS gtoper,
    CASE WHEN p.physical THEN CASE WHEN p.woman THEN '2' ELSE '1' END END AS ccoqua,
        p.ccogrm, CASE WHEN NOT p.physical THEN split_part(p.full_name, ' ', 1) END AS dforme,
    coalesce(p.ff_name, p.full_name) AS ddenom, p.line_3 AS dlign3, p.line_4 AS dlign4, p.line_6 AS dlign6,
    CASE WHEN p.physical THEN CASE WHEN p.woman THEN 'MME' ELSE 'M' END END AS dqualp, p.surname AS dnomlp,
    p.first_name AS dprnlp,
    CASE WHEN p.physical THEN coalesce(strftime(p.birth, '%d/%m/%Y'), '00/00/0000') END AS jdatnss,
    p.siren AS dsiren,
    CASE WHEN draw(p.hp, 20, 9) = 0 THEN p.surname END AS dnomus, left(p.catpro3, 2) AS catpro2,
    nullif(p.catpro3, '') AS catpro3,
    CASE WHEN p.abroad > 0 THEN '6' WHEN p.home_com = t.com THEN '1' ELSE '4' END AS locprop,
        CASE WHEN p.abroad > 0 THEN '99131' END AS ccopay
FROM (SELECT DISTINCT dep2, com3, min(com) AS com, account FROM ({_at(year)}) GROUP BY dep2, com3,
account) AS t
JOIN person AS p ON p.a = t.account JOIN account AS h ON h.a = t.account LEFT JOIN city AS c
    ON c.com = t.com"""


def ff_extract_rows(year: int) -> str:
    """Give the SQL of the extract that comes with LOVAC; sort by n."""
    return f"""
SELECT t.n, t.idlocal AS idlocal, t.com AS idcom, {year} AS millesime, t.dteloc AS dteloc,
o.ccogrm_1 AS ccogrm,
    {_OCCUPANCY} AS ccthp,
    draw(t.h, 64, 2) AS dnbbai, draw(t.h, 65, 2) AS dnbdou, draw(t.h, 66, 12) // 4 AS dnbwc,
    t.comfort AS dcapec2,
        t.plot_area AS dcntpa
FROM ({_at(year)}) AS t JOIN holder AS o ON o.a = t.account"""


def ff_buildings_rows(year: int) -> str:
    """Give the SQL of the buildings of one year; sort by idbat."""
    return f"""
SELECT idpar || 'A' AS idbat, count(*) AS nlogh, CASE
    WHEN bool_or(draw(h, 56, 10) < 8) THEN to_base(min(n) * 7919 + 1000000007, 36, 12) END AS rnb_id,
    draw(min(h), 57, 4) AS rnb_id_score, 'POINT(' || min(x) || ' ' || min(y) || ')' AS geomrnb
FROM ({_at(year)}) WHERE dteloc = '2' GROUP BY idpar"""
