"""Who looks and changes nothing: sessions for people, explanations, freshness, differences, traces drawn."""
