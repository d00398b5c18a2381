# berth_codegen(VARIABLE EMIT name.space … FILES a.smithy …)
# Makes C++ of the name spaces into build/<preset>/generated and sets VARIABLE to the sources and headers.
# FILES are all Smithy files that the name spaces need. Include directory: ${BERTH_GENERATED_DIR}.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
set(BERTH_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")

function(berth_codegen variable)
  cmake_parse_arguments(ARG "" "" "EMIT;FILES" ${ARGN})
  set(generator "${PROJECT_SOURCE_DIR}/codegen/generate.py")
  file(GLOB_RECURSE program CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/codegen/*.py")
  list(FILTER program EXCLUDE REGEX "/test_[^/]*$")
  set(emit)
  foreach(namespace ${ARG_EMIT})
    list(APPEND emit --emit ${namespace})
  endforeach()
  # The names of the outputs depend on the model, so a change of either configures anew.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_FILES} ${program})
  execute_process(COMMAND "${Python3_EXECUTABLE}" "${generator}" outputs ${emit} ${ARG_FILES}
                  OUTPUT_VARIABLE outputs RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(FATAL_ERROR "codegen refused the model; see above")
  endif()
  string(REPLACE "\n" ";" outputs "${outputs}")
  list(TRANSFORM outputs PREPEND "${BERTH_GENERATED_DIR}/")
  add_custom_command(OUTPUT ${outputs}
                     COMMAND "${Python3_EXECUTABLE}" "${generator}" cpp ${emit} --out "${BERTH_GENERATED_DIR}"
                             ${ARG_FILES}
                     DEPENDS ${ARG_FILES} ${program}
                     COMMENT "Generating C++ of ${ARG_EMIT}"
                     VERBATIM)
  # `generated` makes all of it: what reads the sources before a build, as the lint does, needs it.
  if(NOT TARGET generated)
    add_custom_target(generated)
  endif()
  string(MD5 name "${ARG_EMIT}")
  add_custom_target(generated_${name} DEPENDS ${outputs})
  add_dependencies(generated generated_${name})
  set(${variable} ${outputs} PARENT_SCOPE)
endfunction()
