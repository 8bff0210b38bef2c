-- Evidence that CleverTap takes an identifier that is alone in its call: a dry run shows no such thing.
alter table slot add column lone_accepted_at timestamptz;  -- start of its latest accepted call with one identifier
