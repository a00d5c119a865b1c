\set n random(:orders / 2, :orders - 1)
\set e random(1, 4611686018427387904)
BEGIN;
SELECT event_id, content_hash FROM inbox WHERE event_id = 'evt-' || :e::text;
SELECT region, id, coverage_year, order_no, state, payable_fen, due_through, priced_on, shares, covering_posting FROM enrollments WHERE region = '430424' AND order_no = '430424-' || lpad(to_hex(:n::bigint), 32, '0') FOR UPDATE;
SELECT s.*, i.reverses_event_id FROM inbox i JOIN suspense s ON s.region = i.region AND s.event_id = i.event_id WHERE i.reverses_event_id = 'evt-' || :e::text AND s.state = 'open' AND s.reason = 'reversal_without_payment';
INSERT INTO inbox (event_id, region, type, order_no, amount_fen, paid_at, reverses_event_id, content_hash, body, effect, received_at) VALUES ('evt-' || :e::text, '430424', 'payment.succeeded', '430424-' || lpad(to_hex(:n::bigint), 32, '0'), 38000, 1698891300000000, NULL, repeat('c', 64), decode(repeat('ab', 240), 'hex'), 'covered', 1698891300000000) ON CONFLICT DO NOTHING;
INSERT INTO postings (region, id, coverage_year, kind, enrollment_id, event_id, posted_at) VALUES ('430424', '430424-' || lpad(to_hex(:e::bigint), 32, '0'), 2024, 'cover', '430424-' || lpad(to_hex(:n::bigint), 32, '0'), 'evt-' || :e::text, 1698891300000000);
INSERT INTO entries (region, posting_id, line, account, amount_fen) VALUES ('430424', '430424-' || lpad(to_hex(:e::bigint), 32, '0'), 0, 'collector', 38000), ('430424', '430424-' || lpad(to_hex(:e::bigint), 32, '0'), 1, 'personal', -38000);
UPDATE enrollments SET state = 'covered', covering_posting = '430424-' || lpad(to_hex(:e::bigint), 32, '0'), updated_at = 1698891300000000 WHERE region = '430424' AND id = '430424-' || lpad(to_hex(:n::bigint), 32, '0');
INSERT INTO audit_heads (region, number, link) VALUES ('430424', 0, '') ON CONFLICT (region) DO UPDATE SET region = excluded.region RETURNING region, number, link;
INSERT INTO audit (region, number, at, actor, deed, enrollment_id, about, link) VALUES ('430424', nextval('bench_number'), 1698891300000000, 'collector', 'covered', '430424-' || lpad(to_hex(:n::bigint), 32, '0'), '{"amount_fen":38000,"event_id":"evt-00000000"}', repeat('d', 64));
UPDATE audit_heads SET number = number + 1, link = repeat('d', 64) WHERE region = '430424';
COMMIT;
