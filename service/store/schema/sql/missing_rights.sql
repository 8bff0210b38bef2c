-- Finds what the session's role may not do with Lethe's tables and functions.
-- @rights.object text       a table, or a function with its parameters' types
-- @rights.privilege text    execute is of a function
-- @rights.column_name text  empty: of the whole table
-- > object text
-- > privilege text
select r.object, r.privilege
from unnest(@rights.object::text[], @rights.privilege::text[], @rights.column_name::text[]) with ordinality
    as r(object, privilege, column_name, n)
where not case when r.privilege = 'execute' then has_function_privilege(r.object, r.privilege)
               when r.column_name = '' then has_table_privilege(r.object, r.privilege)
               else has_column_privilege(r.object, r.column_name, r.privilege) end
order by r.n
