# embed.cmake - turn the SQL files below into C at build time.
#
# inventory/NNNN_*.sql  -> store_schema[]  (text, in order of their numbers)
# queries/NAME.sql      -> enum store_sql { SQL_NAME } and store_sql_texts[]
# tenant/NAME.sql       -> enum tenant_sql { TENANT_NAME } and tenant_sql_texts[]
#
# The generator is schema/embed_sql.cmake, run as a script so that a changed file
# is embedded again.
file(GLOB inventory_sql CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/inventory/*.sql)
file(GLOB query_sql CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/queries/*.sql)
file(GLOB tenant_sql CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/tenant/*.sql)

set(embed_script ${CMAKE_CURRENT_LIST_DIR}/embed_sql.cmake)
function(muster_embed out kind)
  add_custom_command(
    OUTPUT ${MUSTER_GENERATED}/${out}.c ${MUSTER_GENERATED}/${out}.h
    COMMAND ${CMAKE_COMMAND} -D OUT=${MUSTER_GENERATED}/${out} -D KIND=${kind}
      "-DFILES=${ARGN}" -P ${embed_script}
    DEPENDS ${ARGN} ${embed_script} VERBATIM)
endfunction()

muster_embed(inventory_sql schema ${inventory_sql})
muster_embed(store_sql query ${query_sql})
muster_embed(tenant_sql tenant ${tenant_sql})
set(MUSTER_SQL_STORE ${MUSTER_GENERATED}/inventory_sql.c ${MUSTER_GENERATED}/store_sql.c)
set(MUSTER_SQL_TENANT ${MUSTER_GENERATED}/tenant_sql.c)
