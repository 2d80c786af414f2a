-- One key signs at a time, whatever two replicas do at once. Of several it was the oldest that signed; where there was
-- none, the newest of all did.
UPDATE signing_keys SET state = 'retired'
WHERE state = 'active'
  AND id <> (SELECT id FROM signing_keys WHERE state = 'active' ORDER BY created_at, id LIMIT 1);
UPDATE signing_keys SET state = 'active'
WHERE id = (SELECT id FROM signing_keys ORDER BY created_at DESC, id DESC LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE state = 'active');
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (state) WHERE state = 'active';

-- Count the changes of a row, from 1: a change is made to the row that its author saw, or not at all.
ALTER TABLE signing_keys ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE credentials ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- The audit log by each of its filters, newest first.
DROP INDEX audit_by_target;
CREATE INDEX audit_by_target ON audit (target, sequence);
CREATE INDEX audit_by_actor ON audit (actor, sequence);
CREATE INDEX audit_by_action ON audit (action, sequence);
CREATE INDEX audit_by_place ON audit (project, environment, sequence);
