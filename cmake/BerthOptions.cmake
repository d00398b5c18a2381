# Compiler and linker settings of every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(BERTH_CCACHE ccache)
if(BERTH_CCACHE)
  # Relative paths, so that another clone finds what this one compiled; the large precompiled headers are hashed once; the
  # sloppiness that they need, and headers that were generated a moment ago.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_INODECACHE=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${BERTH_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
find_program(BERTH_MOLD mold)
if(BERTH_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Several sources of a target in one translation unit: the headers and templates that they share are compiled once, which
# halves the time of a clean build. Off in the preset `dev`, where a changed file compiles alone, and includes are checked.
option(BERTH_UNITY "Compile the sources of a target in groups" OFF)
if(BERTH_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
  # A coroutine's frame that holds what its file keeps to itself: only a header would be wrong to do that.
  add_compile_options(-Wno-subobject-linkage)
endif()

# Members that a designated initialiser leaves out are meant to be empty.
add_compile_options(-Wall -Wextra -Werror -Wswitch -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these in its own coroutine frames and in inlined library code.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict
                      -Wno-stringop-overread -Wno-dangling-pointer -Wno-mismatched-new-delete)
else()
  add_compile_options(-Wno-unused-command-line-argument)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
if(NOT BERTH_SANITIZE MATCHES "address")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                        BOOST_ASIO_DISABLE_BOOST_ARRAY)

if(BERTH_SANITIZE)
  add_compile_options(-fsanitize=${BERTH_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${BERTH_SANITIZE})
  if(BERTH_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # g++ 12 warns of every atomic_thread_fence, Asio's among them.
  endif()
  if(BERTH_SANITIZE MATCHES "undefined")
    # The address sanitizer finds what the checks left out would find, and without them everything compiles a fifth faster.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null,alignment,vptr,object-size)
  endif()
endif()
if(BERTH_COVERAGE)
  # The libraries that BERTH_COVERED names are counted (see berth_library); their objects need the linker's part.
  set(BERTH_COVERED domain store store/memory store/sqlite auth placement agent/engine)
  add_link_options(--coverage)
endif()
if(BERTH_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(SQLite3 REQUIRED)
find_library(BERTH_ZSTD zstd REQUIRED)
find_library(BERTH_RE2 re2 REQUIRED)
find_package(mimalloc 2.0 REQUIRED)
