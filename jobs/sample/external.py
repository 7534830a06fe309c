"""Write the open reference data of the invented world: official facts where they are at hand, plausible
figures elsewhere."""

from __future__ import annotations

_COMMUNES = "(SELECT *, own_number('commune', com) AS h FROM commune WHERE typecom = 'COM')"

# Source name → (SQL, order). The catalog says of each whether its rows are facts or invented.
EXTERNAL: dict[str, tuple[str, str]] = {
    "cog_communes_2024": ("SELECT * FROM commune", "typecom, com"),
    "communes_epci_departements_regions": (
        (
            "SELECT com AS com_code, libelle AS com_name, * FROM commune WHERE typecom IN ('COM', 'ARM') AND"
            " dep_siren IS NOT NULL"
        ),
        "com_code",
    ),
    "departements": ("SELECT * FROM departements", "code_departement"),
    "fusions": (
        "SELECT annee_modif, com_ini, com_fin, lib_com_ini, lib_com_fin FROM fusions",
        "annee_modif DESC, com_ini",
    ),
    "scissions": (
        "SELECT annee_modif, com_ini, com_fin, lib_com_ini, lib_com_fin FROM scissions",
        "annee_modif DESC, com_ini, com_fin",
    ),
    "tlv_zone_1": ("SELECT com AS geo_code FROM commune WHERE tlv = '1'", "geo_code"),
    "tlv_zone_2": ("SELECT com AS geo_code FROM commune WHERE tlv = '2'", "geo_code"),
    "zonage_anct_2023": (
        "SELECT com AS insee_com, libelle AS lib_com, * FROM commune WHERE typecom IN ('COM', 'ARM')",
        "insee_com",
    ),
    "ort": (
        """SELECT "Commune" AS commune, "EPCI" AS epci, "Département" AS departement, "Région" AS region,
        "Code commune" AS code_commune,
            "Statut de la commune" AS statut_commune, "Signée ?" AS signee,
            "Si signée, date de signature" AS date_signature,
            "Si non signée, date de signature envisagée" AS date_signature_envisagee,
            "Durée (en années)" AS duree_annees,
            "Date de fin estimée" AS date_fin_estimee, CAST("ACV" AS BOOLEAN) AS acv,
            CAST("PVD" AS BOOLEAN) AS pvd, longitude, latitude,
            "Dernière actualisation" AS derniere_actualisation FROM ort""",
        "code_commune",
    ),
    "opah": (
        f"""SELECT com AS geo_code, 'OPAH-' || com || '-' || i AS programme_id,
            pick(h, i, ['OPAH', 'OPAH-RU', 'OPAH-CD', 'PIG', 'POPAC']) AS type_programme,
            'Programme inventé n° ' || i || ' de ' || libelle AS libelle,
            make_date(2018 + i * 2, 1, 1) AS date_debut,
                make_date(2021 + i * 2, 12, 31) AS date_fin
        FROM {_COMMUNES}, range(1, 4) AS programmes (i) WHERE i <= draw(h, 9, 12) - 8""",
        "programme_id",
    ),
    "unites_urbaines_2024": (
        f"""SELECT com AS codgeo, libelle AS libgeo, dep, reg, epci_siren AS epci,
            CASE WHEN size > '2' THEN left(com, 2) || digits(draw(own_number('uu', epci_siren), 1, 700), 3)
                ELSE left(com, 2) || '000' END AS uu2020,
            CASE WHEN size > '2' THEN 'Unité urbaine de ' || coalesce(epci_name, libelle)
                ELSE 'Commune hors unité urbaine' END AS libuu2020 FROM {_COMMUNES}""",
        "codgeo",
    ),
    "densite_2024": (
        f"""SELECT com AS codgeo, libelle AS libgeo, level AS dens7,
            ['Grands centres urbains', 'Centres urbains intermédiaires', 'Ceintures urbaines',
            'Petites villes', 'Bourgs ruraux',
                'Rural à habitat dispersé', 'Rural à habitat très dispersé'][level] AS libdens7
        FROM (SELECT *, CASE size WHEN '9' THEN 1 WHEN '0' THEN 1 WHEN '6' THEN 2 WHEN '4' THEN 4
            ELSE 5 + draw(h, 1, 3) END AS level
            FROM {_COMMUNES})""",
        "codgeo",
    ),
    "zonage_abc": ("SELECT * FROM zonage_abc", "codgeo"),
    "revenus_communes": (
        f"""SELECT com AS codgeo, millesime,
        17500 + draw(h, 3, 14000) + (millesime - 2019) * 420 AS revenu_median
        FROM {_COMMUNES}, range(2019, 2022) AS years (millesime)""",
        "codgeo, millesime",
    ),
    "prix_communes": (
        f"""SELECT com AS codgeo, annee, 4 + draw(h, 4, 60) * CAST(size AS INTEGER) AS nombre_ventes,
            1100 + draw(h, 5, 5200) + (annee - 2019) * 45 AS prix_median_m2
        FROM {_COMMUNES}, range(2019, 2025) AS years (annee)""",
        "codgeo, annee",
    ),
    "admin_communes": (
        """SELECT libelle AS nom, com AS code, dep AS code_departement, com_siren AS siren,
        epci_siren AS code_epci, reg AS code_region,
            string_split(p.codes_postaux, ' ') AS codes_postaux, CAST(p.population AS BIGINT) AS population
        FROM commune JOIN populations AS p ON p.code = com WHERE typecom = 'COM'""",
        "code",
    ),
    "admin_epci": (
        """SELECT nom, code, string_split(codes_departements, ' ') AS codes_departements,
            string_split(codes_regions, ' ') AS codes_regions, CAST(population AS BIGINT) AS population
                FROM epci""",
        "code",
    ),
    "admin_departements": (
        "SELECT nom_departement AS nom, code_departement AS code, code_region FROM departements",
        "code",
    ),
    "admin_regions": ("SELECT DISTINCT nom_region AS nom, code_region AS code FROM departements", "code"),
}
