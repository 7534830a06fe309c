{#- The public figure that the catalog expects of each millésime (catalog/expected.yml), beside the one that was counted.
    Not a variable of dbt: when one changes, dbt reads the whole project again. -#}
{% macro expected_public_figures() -%}
    {%- set expected = fromjson(env_var('ZLV_EXPECTED_PUBLIC', '{}')) -%}
    select
        counted.year,
        counted.public_figure,
        expected.public_figure as expected_figure,
        expected.tolerance
    from (
        select
            year,
            sum(count_vacant_housing_private_fil_public) as public_figure
        from {{ ref('marts_common_morphology') }}
        group by year
    ) as counted
    inner join (
        {%- for year, figure in expected.items() %}
            {% if not loop.first %}union all {% endif -%}
            select
                {{ year }} as year,
                {{ figure.public }} as public_figure,
                {{ figure.tolerance }} as tolerance
        {%- else %}
            select
                0 as year,
                0 as public_figure,
                0.0 as tolerance
            where false
        {%- endfor %}
    ) as expected on counted.year = expected.year
    -- of a year without a file nothing is counted
    inner join {{ ref('int_lovac__millesimes') }} as loaded on counted.year = loaded.data_year
{%- endmacro %}
