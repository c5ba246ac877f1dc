# Run as cmake -P by embed.cmake: FILES (list) -> OUT.h and OUT.c.
if(KIND STREQUAL "query")
  set(prefix SQL)
  set(name store_sql)
elseif(KIND STREQUAL "tenant")
  set(prefix TENANT)
  set(name tenant_sql)
else()
  set(prefix SCHEMA)
  set(name inventory_sql)
endif()

set(constants "")
set(texts "")
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  string(TOUPPER ${stem} upper)
  file(READ ${file} text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "?" "\\?" text "${text}") # two in a row begin a trigraph
  string(REPLACE "\n" "\\n\"\n\t\t\"" text "${text}")
  string(APPEND constants "\t${prefix}_${upper},\n")
  string(APPEND texts "\t[${prefix}_${upper}] = {\n\t\t\"${stem}\",\n\t\t\"${text}\",\n\t},\n")
endforeach()

get_filename_component(base ${OUT} NAME)
string(TOUPPER ${base} guard)
file(WRITE ${OUT}.h "/* Generated from schema/. */
#ifndef ${guard}_H
#define ${guard}_H

enum ${name} {
${constants}\t${prefix}_NR,
};

struct ${name}_text {
\tconst char *name;
\tconst char *text;
};

extern const struct ${name}_text ${name}_texts[${prefix}_NR];

#endif
")
file(WRITE ${OUT}.c "/* Generated from schema/. */
#pragma GCC diagnostic ignored \"-Woverlength-strings\"

#include \"${base}.h\"

const struct ${name}_text ${name}_texts[${prefix}_NR] = {
${texts}};
")
