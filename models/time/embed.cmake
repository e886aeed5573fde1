# SPDX-License-Identifier: Apache-2.0
#
# Makes the shipped profiles part of the library, so that they are found wherever it is installed.

# gictime_embed(<out.c> <file.profile>...): a C table of the files' bytes, by name without suffix.
function(gictime_embed out)
  set(arrays "")
  set(rows "")
  set(index 0)
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    string(APPEND arrays "static const unsigned char text_${index}[] = {\n${bytes}\n};\n")
    string(APPEND rows "    {\"${name}\", text_${index}, sizeof(text_${index})},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  set(text "/* SPDX-License-Identifier: Apache-2.0 */\n#include \"profile_internal.h\"\n\n${arrays}\n")
  string(APPEND text "const gictime_builtin gictime_builtins[] = {\n${rows}    {NULL, NULL, 0}};\n")
  file(GENERATE OUTPUT ${out} CONTENT "${text}")
endfunction()
