"""Write dwellings in vacancy as the LOVAC files of both layouts do."""

from __future__ import annotations

import duckdb

from jobs.sample.lovac_holders import holder, location

NEW_LAYOUT = 2023  # first year

# One FF identifier in 800 comes twice, mostly with another start of vacancy; never in 2026 (met in the real
# files).
_LINES = """
CREATE TABLE lovac_line AS
SELECT *, 0 AS copy FROM stay
UNION ALL
SELECT * EXCLUDE (r) REPLACE (CASE WHEN r // 800 * 37 % 100 < 61 THEN vacant_since - 1 - r % 3
    ELSE vacant_since END AS vacant_since), 1
FROM (SELECT *, row_number() OVER (PARTITION BY annee ORDER BY n) AS r FROM stay WHERE known AND annee < 2026)
WHERE r % 800 = 400
"""

_OCCUPANCY = "CASE draw(l.hy, 71, 20) WHEN 17 THEN 'L' WHEN 18 THEN 'P' WHEN 19 THEN NULL ELSE 'V' END"
_DAY_OF_SALE = (
    "make_date(p.sold - 1, 1 + CAST(draw(l.h, 75, 12) AS INTEGER), 1 + CAST(draw(l.h, 76, 28) AS INTEGER))"
)


def prepare_lovac(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_LINES)


def lovac_rows(year: int) -> str:
    """Give the SQL of one file; sort by n, copy."""
    new = year >= NEW_LAYOUT
    overseas = "left(l.com, 2) = '97'"
    if new:
        dep = f"CASE WHEN {overseas} THEN left(l.com, 3) ELSE left(l.com, 2) END"
        commune = f"CASE WHEN {overseas} THEN substr(l.com, 4) ELSE substr(l.com, 3) END"
    else:
        dep, commune = "left(l.com, 2)", "substr(l.com, 3)"
    if year <= 2020:  # these two lost their leading zeros
        dep, commune = f"ltrim({dep}, '0')", f"ltrim({commune}, '0')"
    holders = ",\n    ".join(holder(k, new) for k in range(1, 7))
    # Signs that Windows-1252 has and Latin-1, in which one file is written, has not.
    place = (
        """'LIEU-DIT "LA MÉTAIRIE"; LE HAUT'"""
        if year == 2019
        else """'LIEU-DIT "LA MÉTAIRIE"; CŒUR D’OR – 2 €'"""
    )
    # Written as 2019.0 where the file went through a table of floats.
    since = (
        "CAST(l.vacant_since AS VARCHAR) || '.0'"
        if year in (2023, 2024)
        else "CAST(l.vacant_since AS VARCHAR)"
    )
    return f"""
SELECT l.n, l.copy, l.annee,
    {_ff("l.annee - 1")} AS ff_millesime,
    {_ff("p.idlocal")} AS ff_idlocal,
    {_ff("p.idpar || CASE WHEN p.dteloc = '2' THEN 'A' ELSE '' END")} AS ff_idbat,
    {_ff("p.idpar")} AS ff_idpar, {_ff("left(p.idpar, 10)")} AS ff_idsec, {_ff("l.com")} AS ff_idcom,
    l.com AS cog_2025, l.com AS cog_2026, l.com AS idcom,
    CASE WHEN {overseas} THEN left(l.com, 3) ELSE left(l.com, 2) || '0' END AS dir,
    digits(100 + draw(l.h, 50, 9) * 11, 3) AS sip,
    {"letter(l.h, 51) || p.invar || letter(l.h, 52)" if new else "p.invar"} AS invariant,
    CAST(1 + draw(l.hy, 53, 2) AS VARCHAR) AS cer_local_occ, substr(p.idpar, 9) AS refcad,
    digits(p.street_number, 4) AS loc_num, p.street_code AS loc_voie,
        digits(p.street_number, 4) || ' ' || rpad(p.street_name, 26, ' ') AS libvoie,
    'A ' || '01' || digits(draw(l.h, 54, 6), 2) || digits(draw(l.h, 55, 30), 5) AS batloc, c.city AS libcom,
    {commune} AS commune, {dep} AS ccodep, 'E'
        || digits(CAST(right(p.epci_siren, 4) AS INTEGER) % 900 + 1, 3) AS intercommunalite,
    CASE WHEN draw(l.h, 56, 10) < 8 THEN to_base(p.n * 7919 + 1000000007, 36, 12) END AS rnb_id,
        CASE WHEN draw(l.h, 56, 10) < 8 THEN draw(l.h, 57, 4) END AS rnb_id_score,
    CASE WHEN draw(l.h, 58, 20) > 0 THEN CAST(40 + draw(l.h, 59, 60) AS DECIMAL(5, 2)) / 100
        END AS ban_result_score,
    p.street_number || ' ' || p.street_name || ' ' || c.postcode || ' ' || c.city AS ban_result_label,
    c.postcode AS ban_result_postcode,
    l.com || '_' || p.street_code || '_' || digits(p.street_number, 5) AS ban_result_id,
    p.y AS ban_latitude, p.x AS ban_longitude,
    {_ff("draw(l.h, 60, 900) * 0.1")} AS distance_ban_ff,
    {_ff("CAST(700000 + (p.x - 3) * 78000 AS DECIMAL(12, 2))")} AS ff_x,
        {_ff("CAST(6600000 + (p.y - 46.5) * 111000 AS DECIMAL(12, 2))")} AS ff_y,
    {_ff("p.x")} AS ff_x_4326, {_ff("p.y")} AS ff_y_4326,
    CASE l.dteloc WHEN '1' THEN 'MAISON' WHEN '2' THEN 'APPART' WHEN '3' THEN 'DEPENDANCE'
        ELSE 'LOCAL COMMERCIAL' END AS nature,
    CASE WHEN l.dteloc = '4' THEN 'C'
        WHEN l.dteloc = '3' OR draw(l.h, 61, 70) = 0 THEN pick(l.h, 62, ['S', 'P', 'M']) ELSE 'H' END AS aff,
    {_ff("p.ctpdl")} AS ff_ctpdl, {_ff("p.area")} AS ff_stoth,
    {_ff("p.area + draw(l.h, 63, 30)")} AS ff_slocal,
        {_ff("p.rooms")} AS ff_npiece_p2,
    {_ff("p.built_year")} AS ff_jannath, {_ff("draw(l.h, 64, 2)")} AS ff_dnbbai,
    {_ff("draw(l.h, 65, 2)")} AS ff_dnbdou,
        {_ff("draw(l.h, 66, 12) // 4")} AS ff_dnbwc,
    {_ff("p.comfort")} AS ff_dcapec2, {_ff("o.holders")} AS ff_ndroit, {_ff("p.plot_area")} AS ff_dcntpa,
    p.rental_value * 0.5 AS vlcad, CASE WHEN draw(l.h, 67, 30) = 0 THEN p.rental_value * 0.25
        END AS vl_revpro,
        {_ff("p.rental_value")} AS ff_dvltrt,
    CASE WHEN p.tlv IS NULL AND draw(l.h, 68, 3) = 0 THEN CAST(l.annee - 1 AS VARCHAR) END AS anrefthlv,
    p.tlv AS txtlv,
    CASE WHEN draw(l.hy, 69, 400) = 0 THEN '?'
        WHEN l.vacant_since < l.annee - 2 AND draw(l.h, 70, 10) < 7 THEN '*' END AS potentiel_tlv_thlv,
    {_ff(_OCCUPANCY)} AS ff_ccthp,
    {_ff(_history("p.ccthp_occupied"))} AS ffh_ccthp,
    CASE WHEN draw(l.h, 72, 150) > 0 THEN {since} END AS debutvacance,
    {_history("'O'")} AS cer_h1767,
    {_mutation()} AS anmutation,
    {_ff(_deed(new))} AS ff_jdatat, {_ff(_deed(new))} AS ffh_jdatat,
    {_sold(_DAY_OF_SALE)} AS dvf_datemut,
    {_sold("1")} AS dvf_nblocmut, {_sold("1")} AS dvf_nblog,
    {_sold("p.area * (800 + draw(l.h, 77, 3200))")} AS dvf_valeurfonc,
        {_sold("p.n + 1000000")} AS dvf_idmutation,
    {_sold("'Vente'")} AS dvf_libnatmut, {_sold("draw(l.h, 78, 30) = 0")} AS dvf_vefa,
        {_sold("CASE WHEN p.dteloc = '1' THEN 111 ELSE 121 END")} AS dvf_codtypbien,
    {_sold("CASE WHEN p.dteloc = '1' THEN 'UNE MAISON' ELSE 'UN APPARTEMENT' END")} AS dvf_libtypbien,
    {_sold("0")} AS dvf_filtre,
    CASE WHEN draw(l.h, 79, 33) > 0 THEN o.full_name_1 END AS proprietaire,
    CASE WHEN draw(l.h, 79, 33) = 0 THEN o.full_name_1
        WHEN draw(l.h, 80, 20) = 0 THEN 'CABINET ' || company(own_number('manager', draw(l.h, 81, 40)))
            END AS gestre_ppre,
    o.full_name_1 AS cer_proprietaire, CASE
        WHEN draw(l.h, 80, 20) = 0 THEN 'CABINET ' || company(own_number('manager', draw(l.h, 81, 40)))
            END AS cer_gestionnaire,
    CASE WHEN draw(l.hy, 82, 250) = 0 THEN 'BATIMENT B' || chr(10) || 'ESCALIER 2, PORTE 3' ELSE o.line_3_1
        END AS adresse1,
    CASE WHEN draw(l.h, 83, 60) = 0 THEN {place} END AS adresse2,
    o.line_4_1 AS adresse3,
        coalesce(o.country_1, o.line_6_1) AS adresse4,
    CASE WHEN draw(l.hy, 84, 300) = 0 THEN pick(l.hy, 85, ['SCI', 'X', 'N.C.'])
        WHEN o.ccogrm_1 IS NULL THEN pick(l.h, 86, [NULL, ' ']) ELSE left(o.ccogrm_1, 1) END AS groupe,
    {_ff("o.kind_class_1")} AS ff_catpro2txt, {_ff("nullif(o.catpro3_1, '')")} AS ff_catpro3,
    {_ff(location(1))} AS ff_locprop,
    {_ff("p.dep2 || p.com3 || o.dnupro")} AS ff_idprocpte,
    {holders}
FROM lovac_line AS l JOIN premise AS p ON p.n = l.n JOIN holder AS o ON o.a = l.account
LEFT JOIN city AS c ON c.com = l.com
WHERE l.annee = {year}"""


def _history(before: str) -> str:
    """Write a code per year since 2009, newest last: `before`, then V since the vacancy began."""
    vacant = "least(l.annee - 1, l.annee - l.vacant_since)"
    return (
        f"rtrim(repeat({before} || '-', greatest(0, l.vacant_since - 2009)) || repeat('V-', {vacant}), '-')"
    )


def _ff(expression: str) -> str:
    return f"CASE WHEN l.known THEN {expression} END"


def _sold(expression: str) -> str:
    return f"CASE WHEN p.sold <= l.annee THEN {expression} END"


def _mutation() -> str:
    year, month, day = (
        "l.mutation_year",
        "digits(1 + draw(l.h, 73, 12), 2)",
        "digits(1 + draw(l.h, 74, 28), 2)",
    )
    return (
        f"CASE WHEN draw(l.h, 87, 250) = 0 THEN '31/02/' || {year} ELSE CASE draw(l.h, 88, 4) "
        f"WHEN 0 THEN {day} || '/' || {month} || '/' || {year} WHEN 1 THEN {month} || '/' || {year} "
        f"WHEN 2 THEN CAST({year} AS VARCHAR) ELSE {year} || '-' || {month} || '-' || {day} END END"
    )


def _deed(new: bool) -> str:
    year, month, day = (
        "l.mutation_year",
        "digits(1 + draw(l.h, 73, 12), 2)",
        "digits(1 + draw(l.h, 74, 28), 2)",
    )
    return f"{year} || '-' || {month} || '-' || {day}" if new else f"{day} || {month} || {year}"
