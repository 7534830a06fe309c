SELECT count(*) FILTER (NOT is_in_tlv1_teritory) AS upstream, count(*) FILTER (is_in_tlv1_teritory IS NULL) AS ours
FROM marts_production_housing
