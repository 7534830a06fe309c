with mergers as (
    select
        year,
        old_geo_code as geo_code,
        min(new_geo_code) as merged_destination_geo_code,
        min_by(new_label, new_geo_code) as merged_destination_label
    from {{ ref('stg_external__fusions') }}
    group by year, old_geo_code
),

splits as (
    -- a commune that splits has several destinations: one row, or its counts would be repeated
    select
        year,
        old_geo_code as geo_code,
        string_agg(new_geo_code, ', ' order by new_geo_code) as split_destination_geo_code,
        string_agg(new_label, ', ' order by new_geo_code) as split_destination_label
    from {{ ref('stg_external__scissions') }}
    group by year, old_geo_code
)

select
    coalesce(mergers.year, splits.year) as year,
    coalesce(mergers.geo_code, splits.geo_code) as geo_code,
    mergers.merged_destination_geo_code,
    mergers.merged_destination_label,
    splits.split_destination_geo_code,
    splits.split_destination_label
from mergers
full outer join splits on mergers.year = splits.year and mergers.geo_code = splits.geo_code
