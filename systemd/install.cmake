# What "cmake --install" puts where. Generated at build: the pages and completions that
# come from the tables of commands and settings.
set(MUSTER_SHARE ${CMAKE_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${MUSTER_SHARE})

# muster_generate(FILE PROGRAM argument...): FILE is what PROGRAM prints.
function(muster_generate file program)
  add_custom_command(OUTPUT ${MUSTER_SHARE}/${file}
    COMMAND $<TARGET_FILE:${program}> ${ARGN} > ${MUSTER_SHARE}/${file}
    DEPENDS ${program} VERBATIM)
endfunction()

add_executable(conf_print EXCLUDE_FROM_ALL systemd/conf_print.c)
target_include_directories(conf_print PRIVATE include)
target_link_libraries(conf_print PRIVATE muster_flags PkgConfig::GLIB base conf)

muster_generate(muster.1 muster man)
muster_generate(muster.bash muster completion bash)
muster_generate(muster.zsh muster completion zsh)
muster_generate(muster.fish muster completion fish)
muster_generate(musterd.conf conf_print)
muster_generate(settings.roff conf_print roff)

configure_file(systemd/musterd.conf.5.in ${MUSTER_SHARE}/musterd.conf.5.in @ONLY)
configure_file(systemd/musterd.8.in ${MUSTER_SHARE}/musterd.8 @ONLY)
configure_file(systemd/musterd.service.in ${MUSTER_SHARE}/musterd.service @ONLY)
configure_file(systemd/tmpfiles.conf.in ${MUSTER_SHARE}/tmpfiles.conf @ONLY)
add_custom_command(OUTPUT ${MUSTER_SHARE}/musterd.conf.5
  COMMAND sed -e "/^SETTINGS_HERE/{r ${MUSTER_SHARE}/settings.roff" -e "d}"
    ${MUSTER_SHARE}/musterd.conf.5.in > ${MUSTER_SHARE}/musterd.conf.5
  DEPENDS ${MUSTER_SHARE}/settings.roff ${MUSTER_SHARE}/musterd.conf.5.in VERBATIM)
add_custom_target(share ALL DEPENDS ${MUSTER_SHARE}/muster.1 ${MUSTER_SHARE}/musterd.conf.5
  ${MUSTER_SHARE}/musterd.conf ${MUSTER_SHARE}/muster.bash ${MUSTER_SHARE}/muster.zsh
  ${MUSTER_SHARE}/muster.fish)

install(TARGETS musterd muster)
install(FILES ${MUSTER_SHARE}/muster.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${MUSTER_SHARE}/musterd.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${MUSTER_SHARE}/musterd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES ${MUSTER_SHARE}/musterd.service systemd/musterd.socket
  DESTINATION lib/systemd/system)
install(FILES systemd/sysusers.conf DESTINATION lib/sysusers.d RENAME muster.conf)
install(FILES ${MUSTER_SHARE}/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME muster.conf)
install(FILES ${MUSTER_SHARE}/muster.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME muster)
install(FILES ${MUSTER_SHARE}/muster.zsh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _muster)
install(FILES ${MUSTER_SHARE}/muster.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${MUSTER_SHARE}/musterd.conf README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The operator's own settings are never overwritten.
set(MUSTER_CONF ${CMAKE_INSTALL_FULL_SYSCONFDIR}/muster)
install(CODE "
  if(NOT EXISTS \"\$ENV{DESTDIR}${MUSTER_CONF}/musterd.conf\")
    file(INSTALL \"${MUSTER_SHARE}/musterd.conf\" DESTINATION \"${MUSTER_CONF}\")
  endif()")
