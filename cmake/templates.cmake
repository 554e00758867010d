# What `espalier new` writes (framework/templates, a folder for each kind) becomes a source file of the
# command, so that the command needs no file beside it. Sets ESPALIER_TEMPLATES_SOURCE.
set(_folder ${PROJECT_SOURCE_DIR}/framework/templates)
file(GLOB_RECURSE _files CONFIGURE_DEPENDS RELATIVE ${_folder} ${_folder}/*)
list(SORT _files)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${_folder})

set(ESPALIER_TEMPLATES "")
foreach(_file IN LISTS _files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${_folder}/${_file})
  file(READ ${_folder}/${_file} _text)
  get_filename_component(_kind ${_file} DIRECTORY)
  get_filename_component(_name ${_file} NAME)
  string(APPEND ESPALIER_TEMPLATES
         "    {\"${_kind}\", \"${_name}\", R\"template(${_text})template\"},\n")
endforeach()

set(ESPALIER_TEMPLATES_SOURCE ${CMAKE_BINARY_DIR}/generated/templates.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/templates.cpp.in ${ESPALIER_TEMPLATES_SOURCE} @ONLY)
