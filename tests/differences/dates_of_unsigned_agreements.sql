SELECT
    (SELECT count(DISTINCT code_commune) FROM external.ort
        WHERE signee <> 'Signée' AND date_signature <> '') AS upstream,
    (SELECT count(*) FROM marts_common_cities WHERE ort_signed_at IS NOT NULL AND NOT ort_signed) AS ours
