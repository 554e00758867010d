# What `cmake --install` puts into a prefix (docs/install.md). Everything finds everything else by its
# place beside it, so that the prefix may be moved: RPATHs begin with $ORIGIN, the CMake package and
# the pkg-config file with their own folder.
include(CMakePackageConfigHelpers)

set(_package lib/cmake/espalier)

set_target_properties(espalier_command PROPERTIES INSTALL_RPATH "$ORIGIN/../lib" EXPORT_NAME command)
set_target_properties(espalier_flags PROPERTIES EXPORT_NAME flags)
target_compile_options(
  espalier_flags
  INTERFACE "$<INSTALL_INTERFACE:-fvisibility=hidden;-fvisibility-inlines-hidden>"
            $<INSTALL_INTERFACE:$<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>>)

install(
  TARGETS espalier_command espalier espalier_f64 espalier_flags
  EXPORT espalierTargets
  RUNTIME DESTINATION bin
  LIBRARY DESTINATION lib)
install(EXPORT espalierTargets NAMESPACE espalier:: DESTINATION ${_package})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/framework/include/espalier DESTINATION include)
install(FILES ${CMAKE_BINARY_DIR}/generated/espalier/build_string.hpp DESTINATION include/espalier)

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/espalierConfig.cmake.in ${CMAKE_BINARY_DIR}/package/espalierConfig.cmake
  INSTALL_DESTINATION ${_package}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/espalierConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES ${CMAKE_BINARY_DIR}/package/espalierConfig.cmake
        ${CMAKE_BINARY_DIR}/package/espalierConfigVersion.cmake
        ${CMAKE_CURRENT_LIST_DIR}/EspalierPlugin.cmake
  DESTINATION ${_package})

list(JOIN ESPALIER_SHARED_FLAGS " " ESPALIER_PC_FLAGS)
if(ESPALIER_REAL STREQUAL double)
  string(APPEND ESPALIER_PC_FLAGS " -DESPALIER_REAL_DOUBLE")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/espalier.pc.in ${CMAKE_BINARY_DIR}/package/espalier.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/package/espalier.pc DESTINATION lib/pkgconfig)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments DESTINATION share/espalier)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION share/doc/espalier
        PATTERN CMakeLists.txt EXCLUDE
        PATTERN Doxyfile.in EXCLUDE
        PATTERN api.dox EXCLUDE)

# What the command itself prints, so that it stays true.
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/package/espalier.1
  COMMAND
    ${CMAKE_COMMAND} -DESPALIER=$<TARGET_FILE:espalier_command> -DVERSION=${PROJECT_VERSION}
    -DOUTPUT=${CMAKE_BINARY_DIR}/package/espalier.1 -P ${CMAKE_CURRENT_LIST_DIR}/man_page.cmake
  DEPENDS espalier_command ${CMAKE_CURRENT_LIST_DIR}/man_page.cmake
  COMMENT "Writing espalier.1"
  VERBATIM)
add_custom_target(espalier_man_page ALL DEPENDS ${CMAKE_BINARY_DIR}/package/espalier.1)
install(FILES ${CMAKE_BINARY_DIR}/package/espalier.1 DESTINATION share/man/man1)

# Where each shell looks for the completion of a command.
set(_scripts "")
foreach(place bash:share/bash-completion/completions/espalier
              zsh:share/zsh/site-functions/_espalier
              fish:share/fish/vendor_completions.d/espalier.fish)
  string(REGEX MATCH "^([a-z]+):(.*)/([^/]+)$" _ ${place})
  set(script ${CMAKE_BINARY_DIR}/package/completion/${CMAKE_MATCH_3})
  add_custom_command(
    OUTPUT ${script}
    COMMAND espalier_command completion ${CMAKE_MATCH_1} > ${script}
    DEPENDS espalier_command
    COMMENT "Writing the completion of ${CMAKE_MATCH_1}"
    VERBATIM)
  list(APPEND _scripts ${script})
  install(FILES ${script} DESTINATION ${CMAKE_MATCH_2})
endforeach()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/package/completion)
# Below /usr, Debian's zsh looks here instead.
install(FILES ${CMAKE_BINARY_DIR}/package/completion/_espalier DESTINATION share/zsh/vendor-completions)
add_custom_target(espalier_completion ALL DEPENDS ${_scripts})
