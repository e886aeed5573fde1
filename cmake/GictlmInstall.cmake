# SPDX-License-Identifier: Apache-2.0
#
# Installation: the CMake package gictlm (targets gictlm::<x> and gictlm::gictlm for all of them)
# and gictlm.pc. What is installed was noted by the functions of Gictlm.cmake.
include(CMakePackageConfigHelpers)

get_property(GICTLM_LIBS GLOBAL PROPERTY GICTLM_INSTALLED)
if(NOT GICTLM_LIBS)
  return()
endif()

add_library(gictlm_gictlm INTERFACE)
add_library(gictlm::gictlm ALIAS gictlm_gictlm)
target_link_libraries(gictlm_gictlm INTERFACE ${GICTLM_LIBS})
set_target_properties(gictlm_gictlm PROPERTIES EXPORT_NAME gictlm)
install(TARGETS gictlm_gictlm EXPORT gictlmTargets)

# pkg-config wants the libraries with users before what they use.
set(GICTLM_PC_LIBS "")
set(GICTLM_PC_SYSTEMC FALSE)
foreach(lib IN LISTS GICTLM_LIBS)
  get_target_property(type ${lib} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    set(GICTLM_PC_LIBS "-l${lib} ${GICTLM_PC_LIBS}")
  endif()
  gictlm_reaches_systemc(reaches ${lib})
  if(reaches)
    set(GICTLM_PC_SYSTEMC TRUE)
  endif()
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gictlm)
configure_package_config_file(
  ${GICTLM_CMAKE_DIR}/gictlmConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/gictlmConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/gictlmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT gictlmTargets NAMESPACE gictlm:: DESTINATION ${package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gictlmConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/gictlmConfigVersion.cmake
              ${GICTLM_CMAKE_DIR}/SystemC.cmake DESTINATION ${package_dir})

set(GICTLM_PC_REQUIRES "")
if(GICTLM_PC_SYSTEMC AND GICTLM_SYSTEMC_FOUND)
  set(GICTLM_PC_REQUIRES "systemc tlm")
elseif(GICTLM_PC_SYSTEMC)
  string(APPEND GICTLM_PC_LIBS "-lsystemc")
endif()
file(RELATIVE_PATH GICTLM_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" GICTLM_PC_PREFIX ${GICTLM_PC_PREFIX})
configure_file(${GICTLM_CMAKE_DIR}/gictlm.pc.in ${CMAKE_CURRENT_BINARY_DIR}/gictlm.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gictlm.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
