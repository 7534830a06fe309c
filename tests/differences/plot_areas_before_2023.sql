SELECT count(*) AS upstream, count(*) FILTER (sum_plot_area_vacant_housing_private_fil_ccthp = 0) AS ours
FROM marts_common_morphology WHERE year < 2023
