-- Whether the batch b needs a review and is one of those that a ReviewFilter finds; `until` is told by the etag or is now.
-- @account: the account
-- @reason: null: any
-- @operation: null: any
-- @since: null: any
-- @until: as it is
b.account = @account and b.state = 'needs_review' and (@reason is null or b.reason = @reason)
and (@operation is null or b.operation = @operation)
and case when b.review_since is null then @since is null else b.review_since >= coalesce(@since, b.review_since) end
and (b.review_since is null or b.review_since < @until)
