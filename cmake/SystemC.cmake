# SPDX-License-Identifier: Apache-2.0
#
# Finds SystemC and TLM-2.0: upstream's CMake package first, else pkg-config (Debian's package has
# nothing else). Defines SystemC::systemc. Also part of the installed package, so that a consumer
# finds the library in the same way. Include it from a scope where C++ is enabled.
if(NOT TARGET SystemC::systemc)
  find_package(SystemCLanguage CONFIG QUIET)
endif()
if(NOT TARGET SystemC::systemc)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(GICTLM_SYSTEMC REQUIRED IMPORTED_TARGET GLOBAL systemc>=2.3.3 tlm)
  add_library(SystemC::systemc INTERFACE IMPORTED GLOBAL)
  target_link_libraries(SystemC::systemc INTERFACE PkgConfig::GICTLM_SYSTEMC)
endif()

# The library only links with the C++ standard it was built with; its name is in a symbol.
function(gictlm_check_systemc_abi)
  set(library "")
  if(GICTLM_SYSTEMC_LINK_LIBRARIES)
    list(GET GICTLM_SYSTEMC_LINK_LIBRARIES 0 library)
  else()
    get_target_property(type SystemC::systemc TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      get_target_property(library SystemC::systemc LOCATION)
    endif()
  endif()
  if(NOT EXISTS "${library}")
    return()
  endif()
  file(STRINGS ${library} hit REGEX "sc_api_version_[0-9_]+cxx20[0-9]+L" LIMIT_COUNT 1)
  string(REGEX MATCH "sc_api_version_([0-9]+)_([0-9]+)_([0-9]+)_cxx20([0-9][0-9])" _ "${hit}")
  if(NOT CMAKE_MATCH_4)
    return()
  endif()
  set(version ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3})
  set(built ${CMAKE_MATCH_4})
  set(used 17)
  if(CMAKE_CXX_STANDARD)
    set(used ${CMAKE_CXX_STANDARD})
  endif()
  if(NOT built EQUAL used)
    message(
      FATAL_ERROR
        "SystemC ${version} (${library}) was built with C++${built}, and this build uses C++${used}: "
        "set CMAKE_CXX_STANDARD to ${built} or use a SystemC built with C++${used}")
  endif()
  message(STATUS "SystemC ${version}, C++${built}: ${library}")
endfunction()
gictlm_check_systemc_abi()
