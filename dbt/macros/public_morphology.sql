{#- Indicators of the public morphology, column and French label, in the order of the table.
    Labels name the newest files: dashboards show them. -#}
{% macro morphology_indicators() -%}
    {{ return([
        ("count_vacant_premisses", "Locaux Vacants"),
        ("count_vacant_housing", "Logements Vacants"),
        ("count_vacant_housing_private", "Logements Vacants du Parc Privé"),
        ("count_vacant_housing_private_fil", "Logements Vacants du Parc Privé (FIL)"),
        ("count_vacant_housing_private_fil_public", "Logements Vacants >2 ans du Parc Privé - Public"),
        ("count_vacant_housing_private_fil_ccthp", "Logements Vacants du Parc Privé (FIL+CCTHP)"),
        ("count_housing", "Logements Totaux"),
        ("count_housing_private", "Logements du Parc Privé"),
        ("count_housing_private_rented", "Logements du Parc Privé Loués"),
        ("count_housing_last_lovac_production", "LOVAC " ~ last_millesime("lovac") ~ " (>2 ans) - ZLV"),
        ("count_housing_tagged_lovac_production", "Parc ZLV importé du millésime (Millésimes inclus)"),
        ("count_housing_last_ff_production", "FF " ~ last_millesime("ff") ~ " (parc privé locatif) - ZLV"),
        ("count_housing_rented_production", "Loué - ZLV"),
        ("count_housing_vacant_production", "Vacant - ZLV"),
        ("count_housing_energy_sieve_production", "Passoire énergétique - ZLV"),
        (
            "sum_living_area_vacant_housing_private_fil_ccthp",
            "Somme des surfaces habitables Vacants du Parc Privé (FIL+CCTHP)",
        ),
        (
            "sum_plot_area_vacant_housing_private_fil_ccthp",
            "Somme des surfaces foncières Vacants du Parc Privé (FIL+CCTHP)",
        ),
    ]) }}
{%- endmacro %}


{#- Label of the quartile in which a value falls, the lowest first; null when value or quartiles are unknown. -#}
{% macro quartile_label(value, quartiles, labels) -%}
case
    when {{ value }} <= {{ quartiles }}[1] then '0%-25% = {{ labels[0] }}'
    when {{ value }} <= {{ quartiles }}[2] then '25%-50% = {{ labels[1] }}'
    when {{ value }} <= {{ quartiles }}[3] then '50%-75% = {{ labels[2] }}'
    when {{ value }} > {{ quartiles }}[3] then '75%-100% = {{ labels[3] }}'
end
{%- endmacro %}
