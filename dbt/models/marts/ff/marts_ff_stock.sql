{{ by_territory(
    ref('int_ff__characteristics'), ['year', 'dimension', 'value', 'private_rule'],
    ['count_housing', 'count_housing_private', 'count_commercial_premises']
) }}
