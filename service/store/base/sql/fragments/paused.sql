-- Whether a pause stops the calls of an account by an API. A claim looks at this in a statement after the one that had @no_pause_begins():
-- a statement sees what was committed when it began, not what it waited for.
-- @account: the account
-- @api: the API
exists (select from pause p where (p.account is null or p.account = @account) and (p.api is null or p.api = @api)
        and (p.ends_at is null or p.ends_at > lethe_now()))
