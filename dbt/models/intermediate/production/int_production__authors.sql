-- Deleted users included: their events stay, and so do the establishments that they worked for.
select
    id as user_id,
    establishment_id,
    case when is_zlv_team then 'zlv' else 'user' end as user_source
from {{ ref('stg_production__users') }}
