SELECT 0 AS upstream, count(coalesce(first_event_followup_date, first_event_ownership_date)) AS ours FROM marts_production_campaigns
