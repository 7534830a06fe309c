"""Write the application's schema: the 19 tables in its own types, its keys, its partitions by department."""

from __future__ import annotations

_DEPARTMENTS = [f"{number:02d}" for number in range(1, 99) if number != 20] + ["2A", "2B"]

# `geom` is a PostGIS MultiPolygon in the application; its well-known binary stands here, where PostGIS is not
# installed.
_TABLES = """
CREATE TABLE establishments (
    id uuid PRIMARY KEY, siren integer, name varchar(255) NOT NULL, available boolean NOT NULL,
    localities_geo_code text[],
    kind varchar(255) NOT NULL, updated_at timestamptz NOT NULL, source varchar(255) NOT NULL,
    suspended_at timestamptz,
    suspended_cause text, deleted_at timestamptz, siret varchar(14), millesime varchar(4),
    kind_admin_meta varchar(50),
    layer_geo_label varchar(100), dep_name varchar(100), reg_name varchar(100), kind_admin varchar(50),
    dep_code text[], reg_code text[]
);
CREATE TABLE users (
    id uuid PRIMARY KEY, establishment_id uuid, email varchar(255) NOT NULL, password varchar(255),
    first_name varchar(255),
    last_name varchar(255), role integer NOT NULL, activated_at timestamptz NOT NULL,
    last_authenticated_at timestamptz,
    deleted_at timestamptz, updated_at timestamptz NOT NULL, phone varchar(255), position varchar(255),
    time_per_week varchar(255),
    kind varchar(255), suspended_at timestamptz, suspended_cause text, two_factor_secret varchar(255),
    two_factor_enabled_at timestamptz,
    two_factor_code varchar(255), two_factor_code_generated_at timestamptz,
    two_factor_failed_attempts integer NOT NULL,
    two_factor_locked_until timestamptz
);
CREATE TABLE buildings (
    id varchar(255) PRIMARY KEY, housing_count integer NOT NULL, vacant_housing_count integer NOT NULL,
    rent_housing_count integer,
    rnb_id varchar(255), rnb_id_score integer, dpe_id text, class_dpe text, class_ges text,
    dpe_date_at date, dpe_type text,
    heating_building text, dpe_import_match text, rnb_footprint integer
);
CREATE TABLE owners (
    id uuid PRIMARY KEY, full_name varchar(255) NOT NULL, birth_date timestamptz,
    administrator varchar(255), address_dgfip text[],
    kind_class varchar(255), email varchar(255), phone varchar(255), additional_address text,
    idpersonne varchar(255), siren varchar(255),
    data_source varchar(255), created_at timestamptz, updated_at timestamptz, entity varchar(255),
    full_name_fts tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, full_name)) STORED,
    username text, is_multi_owner boolean, do_not_contact boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX owners_idpersonne ON owners (idpersonne) WHERE idpersonne IS NOT NULL;
CREATE TABLE fast_housing (
    id uuid NOT NULL, invariant varchar(255) NOT NULL, local_id varchar(255) NOT NULL,
    building_id varchar(255),
        address_dgfip text[] NOT NULL,
    geo_code varchar(255) NOT NULL, longitude_dgfip double precision, latitude_dgfip double precision,
    cadastral_classification integer,
    uncomfortable boolean NOT NULL, vacancy_start_year integer, housing_kind varchar(255) NOT NULL,
    rooms_count integer,
        living_area integer,
    cadastral_reference varchar(255), building_year integer, mutation_date date, taxed boolean,
    data_years integer[] NOT NULL,
    beneficiary_count integer, building_location varchar(255), rental_value integer,
    condominium varchar(255), status integer NOT NULL,
    sub_status varchar(255), energy_consumption_bdnb varchar(255), occupancy_source varchar(255) NOT NULL,
        occupancy varchar(255) NOT NULL,
    occupancy_intended varchar(255), plot_id varchar(255), energy_consumption_at_bdnb timestamptz,
    building_group_id varchar(255),
    data_source varchar(255), data_file_years text[], geolocation varchar(255), plot_area integer,
    last_mutation_date timestamptz,
    last_transaction_date timestamptz, last_transaction_value integer, occupancy_history varchar(255),
    last_mutation_type varchar(255) GENERATED ALWAYS AS (CASE
        WHEN last_transaction_date IS NOT NULL
            AND (last_mutation_date IS NULL OR last_transaction_date >= last_mutation_date) THEN 'sale'
        WHEN last_transaction_date IS NOT NULL AND last_mutation_date > last_transaction_date THEN 'donation'
    END) STORED,
    actual_dpe varchar(1), geolocation_source varchar(255),
    PRIMARY KEY (geo_code, id), UNIQUE (geo_code, local_id)
) PARTITION BY RANGE (geo_code);
CREATE TABLE owners_housing (
    owner_id uuid NOT NULL, housing_id uuid NOT NULL, rank integer, start_date date, end_date date,
    origin varchar(255),
    housing_geo_code varchar(255) NOT NULL, idprocpte varchar(255), idprodroit varchar(255),
    locprop_source varchar(255),
    property_right varchar(255), locprop_relative_ban integer,
        locprop_distance_ban integer, PRIMARY KEY (owner_id, housing_id, housing_geo_code)
);
CREATE TABLE groups (
    id uuid PRIMARY KEY, title varchar(255) NOT NULL, description text NOT NULL,
    created_at timestamptz NOT NULL, archived_at timestamptz,
    user_id uuid NOT NULL, establishment_id uuid NOT NULL, exported_at timestamptz,
    housing_count integer NOT NULL,
        owner_count integer NOT NULL
);
CREATE TABLE groups_housing (
    group_id uuid NOT NULL, housing_id uuid NOT NULL,
        housing_geo_code varchar(255) NOT NULL, PRIMARY KEY (group_id, housing_id, housing_geo_code)
);
CREATE TABLE campaigns (
    id uuid PRIMARY KEY, campaign_number_deprecated integer, start_month_deprecated varchar(255),
    reminder_number_deprecated integer,
    filters jsonb, created_at timestamptz, validated_at timestamptz, exported_at timestamptz,
    sent_at timestamptz,
        establishment_id uuid NOT NULL,
    user_id uuid NOT NULL, recovery_id text, kind_deprecated integer, title text NOT NULL,
    archived_at timestamptz,
        confirmed_at timestamptz,
    group_id uuid, status varchar(255) NOT NULL, file text, description text, return_count integer NOT NULL,
        housing_count integer NOT NULL,
    owner_count integer NOT NULL, return_rate double precision GENERATED ALWAYS AS (
        CASE WHEN housing_count > 0 THEN return_count::double precision / housing_count END) STORED
);
CREATE TABLE campaigns_housing (
    campaign_id uuid NOT NULL, housing_id uuid NOT NULL, advice varchar(255),
    housing_geo_code varchar(255) NOT NULL,
    PRIMARY KEY (campaign_id, housing_id, housing_geo_code)
);
CREATE TABLE events (
    id uuid PRIMARY KEY, created_at timestamptz NOT NULL, created_by uuid NOT NULL,
    type varchar(255) NOT NULL DEFAULT '',
        next_old jsonb, next_new jsonb
);
CREATE TABLE housing_events (event_id uuid PRIMARY KEY, housing_id uuid NOT NULL,
housing_geo_code varchar(255) NOT NULL);
CREATE TABLE housing_document_events (event_id uuid PRIMARY KEY, housing_geo_code varchar(255) NOT NULL,
housing_id uuid NOT NULL,
    document_id uuid NOT NULL);
CREATE TABLE owner_events (event_id uuid PRIMARY KEY, owner_id uuid NOT NULL);
CREATE TABLE group_housing_events (event_id uuid PRIMARY KEY, housing_geo_code varchar(255) NOT NULL,
housing_id uuid NOT NULL,
    group_id uuid);
CREATE TABLE geo_perimeters (
    name varchar(255), kind varchar(255), geom bytea, establishment_id uuid, id uuid PRIMARY KEY,
    created_at timestamptz, created_by uuid
);
CREATE TABLE notes (
    id uuid PRIMARY KEY, title_deprecated text, content text NOT NULL, contact_kind_deprecated varchar(255),
        created_at timestamptz NOT NULL,
    created_by uuid, note_kind varchar(255) NOT NULL, updated_at timestamptz, deleted_at timestamptz
);
CREATE TABLE housing_notes (
    note_id uuid NOT NULL, housing_id uuid NOT NULL,
        housing_geo_code varchar(255) NOT NULL, PRIMARY KEY (note_id, housing_id, housing_geo_code)
);
CREATE TABLE owner_notes (note_id uuid NOT NULL, owner_id uuid NOT NULL);
"""

_HOUSING = "(housing_geo_code, housing_id) REFERENCES fast_housing (geo_code, id)"
_KEYS = {
    "users": ["(establishment_id) REFERENCES establishments (id)"],
    "fast_housing": ["(building_id) REFERENCES buildings (id)"],
    "owners_housing": ["(owner_id) REFERENCES owners (id)", _HOUSING],
    "groups": ["(user_id) REFERENCES users (id)", "(establishment_id) REFERENCES establishments (id)"],
    "groups_housing": ["(group_id) REFERENCES groups (id)", _HOUSING],
    "campaigns": [
        "(user_id) REFERENCES users (id)",
        "(establishment_id) REFERENCES establishments (id)",
        "(group_id) REFERENCES groups (id)",
    ],
    "campaigns_housing": ["(campaign_id) REFERENCES campaigns (id)", _HOUSING],
    "events": ["(created_by) REFERENCES users (id)"],
    "housing_events": ["(event_id) REFERENCES events (id)", _HOUSING],
    "housing_document_events": ["(event_id) REFERENCES events (id)", _HOUSING],
    "owner_events": ["(event_id) REFERENCES events (id)", "(owner_id) REFERENCES owners (id)"],
    "group_housing_events": [
        "(event_id) REFERENCES events (id)",
        "(group_id) REFERENCES groups (id)",
        _HOUSING,
    ],
    "geo_perimeters": [
        "(establishment_id) REFERENCES establishments (id)",
        "(created_by) REFERENCES users (id)",
    ],
    "notes": ["(created_by) REFERENCES users (id)"],
    "housing_notes": ["(note_id) REFERENCES notes (id)", _HOUSING],
    "owner_notes": ["(note_id) REFERENCES notes (id)", "(owner_id) REFERENCES owners (id)"],
}


def tables_sql() -> str:
    """Give the DDL of tables, primary keys, generated columns and partitions; foreign keys come after the
    rows."""
    partitions = [
        f"CREATE TABLE fast_housing_{department.lower()} PARTITION OF fast_housing "
        f"FOR VALUES FROM ('{department}') TO ('{_next(department)}');"
        for department in _DEPARTMENTS
    ]
    return _TABLES + "\n".join(partitions) + "\n"


def constraints_sql() -> str:
    """Give the DDL of foreign keys, to run when the rows are in: they are checked in bulk then."""
    return "".join(
        f"ALTER TABLE {table} ADD FOREIGN KEY {key};\n" for table, keys in _KEYS.items() for key in keys
    )


def _next(department: str) -> str:
    """Give the first code after a department's: letters sort after digits, so 29 ends where 2A begins."""
    return {"19": "1A", "29": "2A", "2A": "2B", "2B": "2C"}.get(department) or f"{int(department) + 1:02d}"
