SELECT sum(count_vacant_housing_private_fil_ccthp) AS upstream, sum(count_vacant_housing_private_fil_public) AS ours
FROM marts_common_morphology WHERE year = 2025
