"""Write vacant business premises as the DGFiP does: one file per recipient, a commune's and its EPCI's
overlap."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from jobs.catalog import Source
from jobs.sample.files import Written, describe

# Premises of type 4, vacant in a run of years around 2022–2024; every one is in the Fichiers Fonciers of its
# year.
_PREMISES = """
CREATE TABLE locomvac_line AS
WITH vacant AS (
    SELECT p.*, annee, CASE WHEN p.sold <= annee THEN p.account_after ELSE p.account_before END AS account,
        CASE WHEN p.moved AND annee < p.changed THEN p.code_before ELSE p.com END AS com_then
    FROM premise AS p, range(2022, 2025) AS years (annee)
    WHERE p.dteloc = '4' AND p.known AND (
        -- In Paris most stand empty, so that even a small world has a figure
        -- that statistical secrecy lets through.
        (p.dep2 = '75' AND draw(mixed(p.h + annee), 120, 100) < 80)
        OR (draw(p.h, 120, 100) < 30 AND annee >= 2021 + draw(p.h, 121, 4)
            AND annee < 2022 + draw(p.h, 121, 4) + draw(p.h, 122, 3))
    )
)
SELECT v.n, v.annee, v.epci_siren, v.com_siren, v.com AS com_now,
    v.epci_siren || '00019' AS siret_epci, 'E'
        || digits(CAST(right(v.epci_siren, 4) AS INTEGER) % 900 + 1, 3) AS code_epci,
    -- Overseas the department takes three characters and the commune two.
    CASE WHEN v.dep2 = '97' THEN left(v.com_then, 3) ELSE v.dep2 || '0' END AS code_dsf,
    CASE WHEN v.dep2 = '97' THEN substr(v.com_then, 4) ELSE substr(v.com_then, 3) END AS code_commune,
    v.street_code AS code_voie, CASE WHEN draw(v.h, 123, 5) = 0 THEN '000' END AS prefixe_de_section,
        substr(v.idpar, 9, 2) AS section_cadastrale,
    ltrim(right(v.idpar, 4), '0') AS numero_de_plan, 'A' AS numero_de_batiment,
    '01' AS numero_d_entree_d_escalier, '00' AS etage,
        '01001' AS numero_de_porte,
    digits(v.street_number, 4) AS numero_de_voirie, CASE WHEN draw(v.h, 124, 15) = 0 THEN 'B'
        END AS code_indice_de_repetition,
    digits(v.street_number, 4) || ' ' || v.street_name AS adresse, c.postcode AS code_postal,
    c.city AS libelle_commune,
    CASE WHEN o.physical THEN CASE WHEN w.woman THEN 'MME ' ELSE 'M ' END ELSE '' END
        || o.full_name_1 AS proprietaire,
    v.invar AS invariant_du_local, pick(v.h, 125, ['CM', 'CM', 'CA', 'CB', 'U']) AS code_nature_du_local,
        pick(v.h, 126, ['C', 'C', 'P', 'B']) AS code_affectation_du_local,
    pick(v.h, 127, ['MAG1', 'MAG1', 'MAG2', 'MAG3', 'BUR1', 'BUR2', 'DEP1', 'DEP2', 'ATE1',
    'HOT2']) AS categorie_revisee,
    replace(CAST(CAST(v.rental_value * 1.37 AS DECIMAL(12, 2)) AS VARCHAR), '.',
    ',') AS valeur_locative_revisee_du_descriptif,
        v.dep2 || '01' AS code_sie
FROM vacant AS v JOIN holder AS o ON o.a = v.account JOIN person AS w ON w.a = v.account AND w.k = 1 LEFT
    JOIN city AS c ON c.com = v.com_then
"""


# Who asked for a file: half of the EPCI and those of large communes, and a few communes, whose premises are
# in their EPCI's file too.
_TOWNS = "('01053', '14118', '2A004', '2B033', '33063', '67482', '75101', '97411')"
_RECIPIENTS = (
    (
        "epci_siren",
        "G000",
        (
            "(draw(own_number('recipient', epci_siren), 1, 2) = 0 OR epci_siren IN (SELECT epci_siren FROM"
            " place WHERE size >= 6))"
        ),
    ),
    ("com_siren", "C000", f"com_now IN {_TOWNS}"),
)


def prepare_locomvac(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_PREMISES)


def write_locomvac(
    connection: duckdb.DuckDBPyConnection, source: Source, year: int, folder: Path
) -> list[Written]:
    """Write the files of one year, one per recipient; a recipient with nothing vacant gets none.

    Codes keep their leading zeros; file names say year, directorate, recipient's SIRET and a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Written] = []
    for recipient, code, condition in _RECIPIENTS:
        query = (
            f"SELECT * FROM locomvac_line WHERE annee = ? AND {recipient} IS NOT NULL AND {condition} ORDER"
            f" BY {recipient}, com_now, n"
        )
        rows = connection.execute(query, [year])
        held = [column[0] for column in rows.description or []]
        groups: dict[str, list[dict[str, object]]] = {}
        for row in rows.fetchall():
            record = dict(zip(held, row, strict=True))
            record["siret_destinataire"] = f"{record[recipient]}00019"
            groups.setdefault(str(record["siret_destinataire"]), []).append(record)
        for siret, records in groups.items():
            path = folder / f"LOCOMVAC{year % 100}_{records[0]['code_dsf']}_{siret}_{code}_00001.CSV"
            with path.open("w", encoding=source.format.encoding, newline="") as file:
                writer = csv.writer(file, delimiter=source.format.delimiter or ";", lineterminator="\r\n")
                writer.writerow(column.header_name for column in source.columns)
                writer.writerows([record.get(column.name) for column in source.columns] for record in records)
            files.append(describe(path, len(records), []))
    return files
