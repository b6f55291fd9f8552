# `./dev package`, or `cpack -G DEB` in the build directory, makes a Debian package that lintian accepts without errors and
# warnings.
find_program(GZIP gzip REQUIRED)

# Debian wants manual pages and the changelog compressed, and the copyright in machine-readable form.
file(GLOB manual_pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.[157])
foreach(page IN LISTS manual_pages)
  get_filename_component(name ${page} NAME)
  string(REGEX REPLACE ".*\\." "" section ${name})
  set(compressed ${CMAKE_BINARY_DIR}/man/${name}.gz)
  add_custom_command(OUTPUT ${compressed} DEPENDS ${page}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/man
    COMMAND ${GZIP} -9nc ${page} > ${compressed} VERBATIM)
  list(APPEND compressed_pages ${compressed})
  install(FILES ${compressed} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
# Completions are what the program itself says, put where each shell looks.
foreach(completion bash:bash-completion/completions/fwproof zsh:zsh/vendor-completions/_fwproof fish:fish/vendor_completions.d/fwproof.fish)
  string(REPLACE ":" ";" completion ${completion})
  list(GET completion 0 shell)
  list(GET completion 1 place)
  set(file ${CMAKE_BINARY_DIR}/completions/${place})
  get_filename_component(directory ${file} DIRECTORY)
  get_filename_component(install_directory ${place} DIRECTORY)
  add_custom_command(OUTPUT ${file} DEPENDS fwproof
    COMMAND ${CMAKE_COMMAND} -E make_directory ${directory}
    COMMAND fwproof completions ${shell} > ${file} VERBATIM)
  list(APPEND completion_files ${file})
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/${install_directory})
endforeach()
add_custom_target(fwproof_completions ALL DEPENDS ${completion_files})

# What changed in the program, and what in the package of it.
configure_file(${CMAKE_SOURCE_DIR}/packaging/changelog.Debian.in ${CMAKE_BINARY_DIR}/changelog.Debian @ONLY)
set(compressed_package_changelog ${CMAKE_BINARY_DIR}/changelog.Debian.gz)
add_custom_command(OUTPUT ${compressed_package_changelog} DEPENDS ${CMAKE_BINARY_DIR}/changelog.Debian
  COMMAND ${GZIP} -9nc ${CMAKE_BINARY_DIR}/changelog.Debian > ${compressed_package_changelog} VERBATIM)
set(compressed_changelog ${CMAKE_BINARY_DIR}/changelog.gz)
add_custom_command(OUTPUT ${compressed_changelog} DEPENDS ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${compressed_changelog} VERBATIM)
add_custom_target(fwproof_documents ALL DEPENDS ${compressed_pages} ${compressed_changelog}
  ${compressed_package_changelog})
install(FILES ${compressed_changelog} ${compressed_package_changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/fwproof)
install(FILES ${CMAKE_SOURCE_DIR}/packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/fwproof)
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/fwproof OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fwproof)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_PACKAGE_CONTACT "fwproof maintainers <maintainers@fwproof.invalid>")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS git)
# cpack puts the summary before it, and a blank before every line.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "prove what a firewall policy permits")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "fwproof reads exports of Windows Firewall, iptables-save and Cisco ASA, turns
each into exact packet sets, and checks them against catalogs of the flows
that server products need: openings that are missing, wider than needed, or
left over from an installation. It compares two policies by meaning and checks
rule bases for shadowed, redundant and overly broad rules.")
include(CPack)
