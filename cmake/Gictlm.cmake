# SPDX-License-Identifier: Apache-2.0
#
# How a room declares its targets. Every library gets <room>/include as its public include
# directory, the project's warnings, and the alias gictlm::<x> for a target gictlm_<x>.
#
#   gictlm_kernel_library(gictlm_gic SOURCES kernel/gicd.c ... PUBLIC_DEPS gictlm_common)
#       C11, freestanding rules; always installed; also built as gictlm_gic_faults (GIC_FAULTS=1)
#   gictlm_c_library(gictlm_time SOURCES ... PUBLIC_DEPS ... PRIVATE_DEPS ... [INSTALL] [FAULTS])
#   gictlm_cxx_library(gictlm_sc SOURCES ... PUBLIC_DEPS gictlm_gic SystemC::systemc [INSTALL] [FAULTS])
#       FAULTS: also <name>_faults, linked with the _faults variants of its dependencies
#   gictlm_test(rules_gicd SOURCES ... LIBS gictlm_gic LABELS rules [FAULTS] [WHOLE] [TIMEOUT 60])
#       GoogleTest, one ctest entry per TEST (WHOLE: one for the program); links GTest::gtest_main,
#       or with SC (set by itself when LIBS reach SystemC) a sc_main that runs the tests;
#       FAULTS: also <name>_faults on the fault kernels, run by scripts/check-plan and not by ctest
#   gictlm_bench(bench_kernel SOURCES ... LIBS ...)   a program for scripts/bench, see at the end
#   All take PRIVATE_INCLUDES dir..., DEFINES def..., OPTIONS flag....  Header-only: no SOURCES.
#
include_guard(GLOBAL)

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
# Freestanding objects are linked where they run: tables of handlers stay in .rodata.
if(GICTLM_FREESTANDING)
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
else()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 0) # a library is one unit, not several

include(GNUInstallDirs)

set(GICTLM_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})
set(GICTLM_SUPPORT_DIR ${CMAKE_CURRENT_LIST_DIR}/../testbench/support)
set(GICTLM_WARNINGS -Wall -Wextra -Wpedantic)
# Plain -Wshadow of GCC also forbids a constructor's parameter to have its member's name.
set(GICTLM_WARNINGS_CXX $<IF:$<CXX_COMPILER_ID:GNU>,-Wshadow=local,-Wshadow>)
set(GICTLM_WARNINGS_C -Wshadow -Wconversion -Wc++-compat -Wstrict-prototypes -Wmissing-prototypes)
# With sanitizers GCC warns of its own instrumentation; its manual advises against -Werror there.
if(GICTLM_WERROR AND NOT GICTLM_SANITIZE)
  list(APPEND GICTLM_WARNINGS -Werror)
endif()
# In a release tests are not optimised: compiling them takes longer than running them. Those for which
# it is the other way round say OPTIONS -O1. The second flag is for ccache.
set(GICTLM_TEST_OPTIONS $<$<CONFIG:Release>:-O0> $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
set(GICTLM_FREESTANDING_TARGETS aarch64-none-elf x86_64-unknown-none)
set(GICTLM_FREESTANDING_FLAGS -ffreestanding -nostdlibinc -Os -fno-exceptions
                              -fno-asynchronous-unwind-tables)

if(GICTLM_SANITIZE)
  set(sanitized -fsanitize=${GICTLM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  if(NOT GICTLM_SANITIZE_CXX)
    list(TRANSFORM sanitized REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:C>:\\1>")
  endif()
  add_compile_options(${sanitized})
  add_link_options(-fsanitize=${GICTLM_SANITIZE})
endif()

define_property(GLOBAL PROPERTY GICTLM_INSTALLED BRIEF_DOCS "Installed libraries, dependencies first")
define_property(GLOBAL PROPERTY GICTLM_KERNELS BRIEF_DOCS "Rows of the freestanding list")

# gictlm_gic -> gic, anything else stays as it is.
function(gictlm_short_name out name)
  string(REGEX REPLACE "^gictlm_" "" short ${name})
  set(${out} ${short} PARENT_SCOPE)
endfunction()

# The same list of libraries with every one replaced by its fault variant where it has one.
function(gictlm_faults_of out)
  set(mapped "")
  foreach(lib IN LISTS ARGN)
    string(REGEX REPLACE "^gictlm::" "gictlm_" plain ${lib})
    if(TARGET ${plain}_faults)
      list(APPEND mapped ${plain}_faults)
    else()
      list(APPEND mapped ${lib})
    endif()
  endforeach()
  set(${out} ${mapped} PARENT_SCOPE)
endfunction()

# What kernels, libraries and tests have in common: warnings, definitions, include directories.
function(gictlm_configure_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PRIVATE_INCLUDES;DEFINES;OPTIONS")
  target_compile_options(
    ${name}
    PRIVATE ${GICTLM_WARNINGS} $<$<COMPILE_LANGUAGE:C>:${GICTLM_WARNINGS_C}>
            $<$<COMPILE_LANGUAGE:CXX>:${GICTLM_WARNINGS_CXX}> ${arg_OPTIONS})
  target_compile_definitions(${name} PRIVATE ${arg_DEFINES})
  target_include_directories(${name} PRIVATE ${arg_PRIVATE_INCLUDES})
endfunction()

# Creates one static (or, by BUILD_SHARED_LIBS, shared) library; arguments as above.
function(gictlm_add_library name)
  cmake_parse_arguments(
    PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS;PRIVATE_INCLUDES;DEFINES;OPTIONS")
  gictlm_short_name(short ${name})
  set(include_dir "")
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include)
    set(include_dir $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)
  endif()
  if(arg_SOURCES)
    add_library(${name} ${arg_SOURCES})
    target_link_libraries(
      ${name}
      PUBLIC ${arg_PUBLIC_DEPS}
      PRIVATE ${arg_PRIVATE_DEPS})
    target_include_directories(
      ${name} PUBLIC ${include_dir} $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    gictlm_configure_target(${name} PRIVATE_INCLUDES ${arg_PRIVATE_INCLUDES} DEFINES ${arg_DEFINES}
                            OPTIONS ${arg_OPTIONS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_PUBLIC_DEPS} ${arg_PRIVATE_DEPS})
    target_include_directories(
      ${name} INTERFACE ${include_dir} $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endif()
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short})
  if(NOT short STREQUAL name)
    add_library(gictlm::${short} ALIAS ${name})
  endif()
endfunction()

# Notes a library for installation: its archive, its headers, its exported target.
function(gictlm_install_library name)
  set_property(GLOBAL APPEND PROPERTY GICTLM_INSTALLED ${name})
  get_target_property(type ${name} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    # Shared libraries find each other in the folder that they share.
    set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN")
  endif()
  install(
    TARGETS ${name}
    EXPORT gictlmTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include)
    install(
      DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/
      DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
      FILES_MATCHING
      PATTERN "*.h"
      PATTERN "*.hpp"
      PATTERN "*.def")
  endif()
endfunction()

# A library and, when asked for, its fault variant and its installation.
function(gictlm_library name)
  cmake_parse_arguments(
    PARSE_ARGV 1 arg "INSTALL;FAULTS" ""
    "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS;PRIVATE_INCLUDES;DEFINES;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(common SOURCES ${arg_SOURCES} PRIVATE_INCLUDES ${arg_PRIVATE_INCLUDES} OPTIONS
             ${arg_OPTIONS})
  gictlm_add_library(${name} ${common} PUBLIC_DEPS ${arg_PUBLIC_DEPS} PRIVATE_DEPS
                     ${arg_PRIVATE_DEPS} DEFINES ${arg_DEFINES})
  if(arg_FAULTS AND GICTLM_FAULTS)
    gictlm_faults_of(public ${arg_PUBLIC_DEPS})
    gictlm_faults_of(private ${arg_PRIVATE_DEPS})
    gictlm_add_library(${name}_faults ${common} PUBLIC_DEPS ${public} PRIVATE_DEPS ${private}
                       DEFINES ${arg_DEFINES} GIC_FAULTS=1)
  endif()
  if(arg_INSTALL)
    gictlm_install_library(${name})
  endif()
endfunction()

function(gictlm_c_library)
  gictlm_library(${ARGV})
endfunction()

function(gictlm_cxx_library)
  gictlm_library(${ARGV})
endfunction()

# The kernel once per bare target, as object files only; scripts/check-freestanding looks at them.
function(gictlm_freestanding_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC_DEPS;PRIVATE_INCLUDES;DEFINES;OPTIONS")
  list(GET GICTLM_FREESTANDING_TARGETS 0 first)
  foreach(triple IN LISTS GICTLM_FREESTANDING_TARGETS)
    set(suffix "")
    if(NOT triple STREQUAL first)
      set(suffix _${triple})
    endif()
    list(TRANSFORM arg_PUBLIC_DEPS APPEND "${suffix}" OUTPUT_VARIABLE deps)
    gictlm_add_library(
      ${name}${suffix} SOURCES ${arg_SOURCES} PUBLIC_DEPS ${deps} PRIVATE_INCLUDES
      ${arg_PRIVATE_INCLUDES} DEFINES ${arg_DEFINES} OPTIONS --target=${triple}
      ${GICTLM_FREESTANDING_FLAGS} ${arg_OPTIONS})
    if(arg_SOURCES)
      list(JOIN arg_PUBLIC_DEPS "," joined)
      set_property(GLOBAL APPEND PROPERTY GICTLM_KERNELS
                                          "${triple}|${name}|$<TARGET_FILE:${name}${suffix}>|${joined}")
    endif()
  endforeach()
endfunction()

# Writes a row triple|library|archive|dependencies per kernel for scripts/check-freestanding.
function(gictlm_write_freestanding_list)
  get_property(kernels GLOBAL PROPERTY GICTLM_KERNELS)
  list(JOIN kernels "\n" text)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/freestanding.list CONTENT "${text}\n")
endfunction()

function(gictlm_kernel_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "INSTALL;NO_INSTALL" ""
                        "SOURCES;PUBLIC_DEPS;PRIVATE_INCLUDES;DEFINES;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM arg_PUBLIC_DEPS REPLACE "^gictlm::" "gictlm_")
  set(common SOURCES ${arg_SOURCES} PUBLIC_DEPS ${arg_PUBLIC_DEPS} PRIVATE_INCLUDES
             ${arg_PRIVATE_INCLUDES} DEFINES ${arg_DEFINES} OPTIONS ${arg_OPTIONS})
  if(GICTLM_FREESTANDING)
    gictlm_freestanding_library(${name} ${common})
  elseif(arg_NO_INSTALL)
    gictlm_library(${name} ${common} FAULTS)
  else()
    gictlm_library(${name} ${common} FAULTS INSTALL)
  endif()
endfunction()

# Whether one of the libraries, or what they link in turn, is SystemC.
function(gictlm_reaches_systemc out)
  set(${out} FALSE PARENT_SCOPE)
  foreach(lib IN LISTS ARGN)
    if(lib STREQUAL "SystemC::systemc")
      set(${out} TRUE PARENT_SCOPE)
      return()
    endif()
    if(TARGET ${lib})
      get_target_property(below ${lib} INTERFACE_LINK_LIBRARIES)
      if(below)
        gictlm_reaches_systemc(found ${below})
        if(found)
          set(${out} TRUE PARENT_SCOPE)
          return()
        endif()
      endif()
    endif()
  endforeach()
endfunction()

# Every library that the given ones link, themselves included, by its real name.
function(gictlm_link_closure out)
  set(queue ${ARGN})
  set(seen "")
  while(queue)
    list(POP_FRONT queue lib)
    string(REGEX REPLACE "^gictlm::" "gictlm_" lib ${lib})
    if(NOT TARGET ${lib} OR lib IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${lib})
    get_target_property(below ${lib} INTERFACE_LINK_LIBRARIES)
    if(below)
      string(REGEX REPLACE "\\$<LINK_ONLY:([^>]*)>" "\\1" below "${below}")
      list(APPEND queue ${below})
    endif()
  endwhile()
  set(${out} ${seen} PARENT_SCOPE)
endfunction()

# A fault build must not link a kernel with and without faults: which one runs would be chance.
function(gictlm_refuse_mixed_faults name)
  gictlm_link_closure(all ${ARGN})
  foreach(lib IN LISTS all)
    if("${lib}_faults" IN_LIST all)
      message(FATAL_ERROR "${name}: links both ${lib} and ${lib}_faults; say FAULTS for the library "
                          "between them")
    endif()
  endforeach()
endfunction()

# Headers of GoogleTest and the standard library, compiled once for all tests.
function(gictlm_test_headers)
  if(TARGET gictlm_test_headers)
    return()
  endif()
  add_library(gictlm_test_headers OBJECT ${GICTLM_SUPPORT_DIR}/test_headers.cpp)
  target_link_libraries(gictlm_test_headers PRIVATE GTest::gtest)
  gictlm_configure_target(gictlm_test_headers OPTIONS ${GICTLM_TEST_OPTIONS})
  target_precompile_headers(gictlm_test_headers PRIVATE ${GICTLM_SUPPORT_DIR}/test_headers.hpp)
endfunction()

# The objects of a test, compiled once for both of its programs: what is seeded is in the kernels.
# With options of their own they cannot use the headers that are compiled already.
function(gictlm_test_objects name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS;PRIVATE_INCLUDES;DEFINES;OPTIONS")
  add_library(${name} OBJECT ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest)
  gictlm_configure_target(${name} PRIVATE_INCLUDES ${arg_PRIVATE_INCLUDES} DEFINES ${arg_DEFINES}
                          OPTIONS ${GICTLM_TEST_OPTIONS} ${arg_OPTIONS})
  if(NOT arg_OPTIONS)
    gictlm_test_headers()
    target_precompile_headers(${name} REUSE_FROM gictlm_test_headers)
  endif()
endfunction()

# sc_main() of all tests that run under SystemC, compiled once.
function(gictlm_sc_main)
  if(TARGET gictlm_sc_main)
    return()
  endif()
  add_library(gictlm_sc_main OBJECT ${GICTLM_SUPPORT_DIR}/sc_main.cpp)
  target_link_libraries(gictlm_sc_main PRIVATE SystemC::systemc GTest::gtest)
  gictlm_configure_target(gictlm_sc_main)
endfunction()

# gictlm_test_program(rules_gicd_faults SC SOURCES ... OBJECTS rules_gicd_objects LIBS ...)
function(gictlm_test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SC" "" "SOURCES;OBJECTS;LIBS")
  add_executable(${name} $<TARGET_OBJECTS:${arg_OBJECTS}> ${arg_SOURCES})
  gictlm_reaches_systemc(systemc ${arg_LIBS})
  if(systemc OR arg_SC)
    gictlm_sc_main()
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:gictlm_sc_main>)
    target_link_libraries(${name} PRIVATE ${arg_LIBS} SystemC::systemc GTest::gtest)
  else()
    target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest GTest::gtest_main)
  endif()
  gictlm_configure_target(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()

function(gictlm_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FAULTS;WHOLE;SC" "TIMEOUT;WORKING_DIRECTORY"
                        "SOURCES;LIBS;LABELS;PRIVATE_INCLUDES;DEFINES;OPTIONS;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT GICTLM_TESTS OR GICTLM_FREESTANDING)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT arg_WORKING_DIRECTORY)
    set(arg_WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endif()
  set(sc "")
  if(arg_SC)
    set(sc SC)
  endif()
  gictlm_test_objects(
    ${name}_objects
    SOURCES ${arg_SOURCES}
    LIBS ${arg_LIBS}
    PRIVATE_INCLUDES ${arg_PRIVATE_INCLUDES}
    DEFINES ${arg_DEFINES}
    OPTIONS ${arg_OPTIONS})
  set(common ${sc} OBJECTS ${name}_objects)
  gictlm_test_program(${name} ${common} LIBS ${arg_LIBS})
  set(environment SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1 ${arg_ENVIRONMENT})
  set(labels ${arg_LABELS})
  if(arg_WHOLE)
    add_test(
      NAME ${name}
      COMMAND ${name}
      WORKING_DIRECTORY ${arg_WORKING_DIRECTORY})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${labels}"
                                            ENVIRONMENT "${environment}")
  else()
    gtest_discover_tests(
      ${name}
      TEST_PREFIX ${name}.
      WORKING_DIRECTORY ${arg_WORKING_DIRECTORY}
      NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT ${arg_TIMEOUT})
    # Lists do not survive gtest_discover_tests; ctest reads this file after the discovered tests.
    set(late ${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake)
    file(WRITE ${late} "set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${labels}\" "
                       "ENVIRONMENT \"${environment}\")\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${late})
  endif()
  if(arg_FAULTS AND GICTLM_FAULTS)
    gictlm_faults_of(libs ${arg_LIBS})
    gictlm_refuse_mixed_faults(${name} ${libs})
    gictlm_test_program(${name}_faults ${common} LIBS ${libs} SOURCES
                        ${GICTLM_SUPPORT_DIR}/fault_active.c)
    target_compile_definitions(${name}_faults PRIVATE GIC_FAULTS=1)
  endif()
endfunction()

# A benchmark program for scripts/bench: with --json it prints one JSON object a line with name,
# value, unit, limit and config. gictlm_bench(bench_kernel SOURCES ... LIBS ...)
function(gictlm_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS;PRIVATE_INCLUDES;DEFINES;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT GICTLM_BENCH OR GICTLM_FREESTANDING)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  gictlm_configure_target(${name} PRIVATE_INCLUDES ${arg_PRIVATE_INCLUDES} DEFINES ${arg_DEFINES}
                          OPTIONS ${arg_OPTIONS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
