with source as (
    select * from {{ source('ff', 'ff_extract_2025') }}
)

select
    idlocal as local_id,
    idcom as geo_code,
    millesime as data_year,
    dteloc as premises_type,
    ccogrm as owner_group,
    ccthp as occupancy,
    dnbbai as bathtubs_count,
    dnbdou as showers_count,
    dnbwc as toilets_count,
    dcapec2 as cadastral_classification,
    dcntpa as plot_area
from source
