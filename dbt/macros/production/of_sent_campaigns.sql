{#- What follows the sending of a campaign; unknown, and not none, where it was never sent. -#}
{% macro of_sent_campaigns(amount) -%}
    case when campaigns.sent_at is not null then {{ amount }} end
{%- endmacro %}
