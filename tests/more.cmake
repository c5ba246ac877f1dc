# Everything ctest runs besides the unit tests of this tree. Labels: style unit golden
# integration crash fuzz tidy; with -mysql behind it, the same on MySQL; and of other
# trees mysqlclient asan tsan.
set(MUSTER_MYSQLCLIENT_BUILD "" CACHE PATH
  "Also run the tests of this tree, linked with the client library that tests/mysql.sh unpacks")
set(MUSTER_ASAN_BUILD "" CACHE PATH "Also run the tests of this tree, built with ASan and UBSan")
set(MUSTER_TSAN_BUILD "" CACHE PATH "Also run the threaded tests of this tree, built with TSan")
set(MUSTER_FUZZ_BUILD "" CACHE PATH "Also run the fuzz targets of this tree")

set(tests ${CMAKE_CURRENT_SOURCE_DIR})
set(sanitize ${tests}/sanitize)
set(san_env
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1
  LSAN_OPTIONS=suppressions=${sanitize}/lsan.supp:print_suppressions=0
  UBSAN_OPTIONS=print_stacktrace=1:suppressions=${sanitize}/ubsan.supp
  TSAN_OPTIONS=suppressions=${sanitize}/tsan.supp:second_deadlock_stack=1
  G_SLICE=always-malloc)
set(slower MUSTER_SLOWER=10) # a build with sanitizers, in tests that have a limit of time

# ---- style --------------------------------------------------------------------------
file(GLOB checks CONFIGURE_DEPENDS ${tests}/style/*.sh)
list(FILTER checks EXCLUDE REGEX "/lib\\.sh$")
foreach(check IN LISTS checks)
  get_filename_component(name ${check} NAME_WE)
  add_test(NAME style.${name} COMMAND ${check} ${CMAKE_BINARY_DIR})
  set_tests_properties(style.${name} PROPERTIES LABELS style TIMEOUT 120)
endforeach()
# COST: what takes long begins first, or the end would be waiting for it alone
set_tests_properties(style.tidy PROPERTIES LABELS tidy TIMEOUT 1500 PROCESSORS 2 COST 300)

# ---- scripts: real programs against real servers ------------------------------------
# muster_scripts(BUILD [PREFIX p] [LABEL l] [SERVER s] [ENV v=w...] [ONLY regex] [NOT regex]
# FOLDERS f...): test_*.sh of the folders, run with the programs of BUILD. A script makes
# its own folder and server and shares nothing. LABEL: the folder's name where none is
# given. SERVER: mariadb where none is given.
function(muster_scripts build)
  cmake_parse_arguments(ARG "" "PREFIX;LABEL;SERVER;ONLY;NOT" "ENV;FOLDERS" ${ARGN})
  foreach(folder IN LISTS ARG_FOLDERS)
    file(GLOB scripts CONFIGURE_DEPENDS ${tests}/${folder}/test_*.sh)
    foreach(script IN LISTS scripts)
      get_filename_component(name ${script} NAME_WE)
      string(REGEX REPLACE "^test_" "" name ${name})
      set(env MUSTER_BUILD=${build} ${san_env} ${ARG_ENV})
      set(label ${ARG_LABEL})
      if(NOT label)
        set(label ${folder})
      endif()
      if((ARG_ONLY AND NOT name MATCHES "${ARG_ONLY}") OR (ARG_NOT AND name MATCHES "${ARG_NOT}"))
        continue()
      endif()
      if(ARG_SERVER)
        list(APPEND env MUSTER_SERVER=${ARG_SERVER})
      endif()
      set(test ${ARG_PREFIX}${folder}.${name})
      add_test(NAME ${test} COMMAND bash ${script})
      # several times what it takes; what hangs shall not cost the whole run
      set_tests_properties(${test} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
        LABELS ${label} ENVIRONMENT "${env}" COST 10)
      if(test MATCHES "crash|cases|fleet|\\.throttle")
        set_tests_properties(${test} PROPERTIES COST 100 TIMEOUT 1000)
      endif()
      if(test MATCHES "crash")
        set_tests_properties(${test} PROPERTIES TIMEOUT 1200)
      endif()
      if(test MATCHES "crash\\.points")
        set_tests_properties(${test} PROPERTIES COST 1000 TIMEOUT 2000)
      endif()
    endforeach()
  endforeach()
endfunction()

# muster_units(PREFIX BUILD LABEL LAYERS): the unit tests, as BUILD has them.
function(muster_units prefix build label layers)
  foreach(source IN LISTS unit_tests)
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(folder ${source} DIRECTORY)
    get_filename_component(layer ${folder} NAME)
    if(layer MATCHES "${layers}")
      set(test ${prefix}unit.${layer}.${name})
      add_test(NAME ${test} COMMAND ${build}/${name})
      set_tests_properties(${test} PROPERTIES LABELS ${label} TIMEOUT 300
        ENVIRONMENT "${san_env};${slower};${memory_env}")
    endif()
  endforeach()
endfunction()

# muster_units_on(SERVER BUILD NAME LABEL LAYER...): their unit tests that use a server, on one.
function(muster_units_on server build name label)
  add_test(NAME ${name} COMMAND bash ${tests}/units.sh ${server} ${build} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77 LABELS ${label} COST 150)
endfunction()

muster_scripts(${CMAKE_BINARY_DIR} FOLDERS golden integration)
muster_scripts(${CMAKE_BINARY_DIR} NOT "^store_fail$" FOLDERS crash)
# the fleet is a matter of numbers, which servers do not change
muster_scripts(${CMAKE_BINARY_DIR} PREFIX mysql. LABEL integration-mysql SERVER mysql
  NOT "^fleet$" FOLDERS integration)
# a write of the inventory that fails is the same on every server
muster_scripts(${CMAKE_BINARY_DIR} ENV CRASH_THIN=2 ONLY "^store_fail$" FOLDERS crash)
muster_scripts(${CMAKE_BINARY_DIR} PREFIX mysql. LABEL crash-mysql SERVER mysql
  ENV CRASH_THIN=3 NOT "^store_fail$" FOLDERS crash)
muster_units_on(mysql ${CMAKE_BINARY_DIR} mysql.units unit-mysql
  db throttle plan exec sched api)
if(MUSTER_SANITIZE)
  foreach(source IN LISTS unit_tests)
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(folder ${source} DIRECTORY)
    get_filename_component(layer ${folder} NAME)
    set_tests_properties(unit.${layer}.${name} PROPERTIES TIMEOUT 300
      ENVIRONMENT "${san_env};${slower};${memory_env}")
  endforeach()
endif()
if(MUSTER_MYSQLCLIENT_BUILD)
  # what depends on the client library: sessions, errors, lost links
  set(only "^(restart|server_down|servers|logins|locks)$")
  foreach(server mariadb mysql)
    muster_units_on(${server} ${MUSTER_MYSQLCLIENT_BUILD} mysqlclient.${server}.units mysqlclient
      db throttle exec)
    muster_scripts(${MUSTER_MYSQLCLIENT_BUILD} PREFIX mysqlclient.${server}. LABEL mysqlclient
      SERVER ${server} ONLY ${only} FOLDERS integration)
  endforeach()
  muster_scripts(${MUSTER_MYSQLCLIENT_BUILD} PREFIX mysqlclient.mysql. LABEL mysqlclient
    SERVER mysql ENV CRASH_THIN=3 ONLY "^link$" FOLDERS crash)
endif()
if(MUSTER_ASAN_BUILD)
  muster_units(asan. ${MUSTER_ASAN_BUILD} asan ".")
  muster_scripts(${MUSTER_ASAN_BUILD} PREFIX asan. LABEL asan ENV ${slower} FOLDERS integration)
  # the other crash tests kill what a sanitizer would tell at its end
  muster_scripts(${MUSTER_ASAN_BUILD} PREFIX asan. LABEL asan ENV ${slower} CRASH_THIN=3
    ONLY "^(link|random)$" FOLDERS crash)
endif()
if(MUSTER_TSAN_BUILD)
  muster_units(tsan. ${MUSTER_TSAN_BUILD} tsan "${threaded_layers}")
  # the others ask for nothing that these do not ask for, too, as far as threads are concerned
  muster_scripts(${MUSTER_TSAN_BUILD} PREFIX tsan. LABEL tsan ENV ${slower}
    NOT "^(cases|cli|fleet|install|logins|promises|releases|servers|tenants)$" FOLDERS integration)
endif()

# ---- fuzz ---------------------------------------------------------------------------
if(MUSTER_FUZZ)
  add_subdirectory(fuzz)
endif()
if(MUSTER_FUZZ_BUILD)
  file(GLOB targets CONFIGURE_DEPENDS ${tests}/fuzz/fuzz_*.c)
  foreach(source IN LISTS targets)
    get_filename_component(name ${source} NAME_WE)
    add_test(NAME fuzz.${name} COMMAND bash ${tests}/fuzz/run.sh ${MUSTER_FUZZ_BUILD} ${name} 10)
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 60 ENVIRONMENT "${san_env}")
  endforeach()
endif()
