with source as (
    select * from {{ source('ff', 'ff_extract_2025') }}
)

select
    ff_idlocal as local_id,
    ff_idcom as geo_code,
    ff_millesime as data_year,
    ff_dteloc as premises_type,
    ff_ccogrm as owner_group,
    ff_ccthp as occupancy,
    ff_dnbbai as bathtubs_count,
    ff_dnbdou as showers_count,
    ff_dnbwc as toilets_count,
    ff_dcapec2 as cadastral_classification,
    ff_dcntpa as plot_area
from source
