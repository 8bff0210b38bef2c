-- Finds the tables that the session's role cannot work with as Lethe does.
-- > name text
-- > owned bool    false: the table has partitions, of which Lethe makes more, and the role does not own it
select relname::text as name, relkind <> 'p' or pg_has_role(relowner, 'usage') as owned
from pg_class
where relnamespace = (select relnamespace from pg_class where oid = to_regclass('batch')) and relkind in ('r', 'p')
  and (relkind = 'p' and not pg_has_role(relowner, 'usage')
       or not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
               and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')))
order by relname
