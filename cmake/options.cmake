# One INTERFACE target carries the compiler options of all our targets.
add_library(contego_options INTERFACE)
target_compile_features(contego_options INTERFACE cxx_std_20)
target_include_directories(contego_options INTERFACE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
target_compile_options(contego_options INTERFACE
    -Wall -Wextra -Wpedantic
    -Wshadow            # readers mistake a name that hides another name
    -Wconversion        # narrowing of sizes and ids must be explicit
    -Wnon-virtual-dtor
    -Woverloaded-virtual
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> # GCC 12 warns wrongly about a moved std::variant; the sanitizers check it
    -Wno-mismatched-new-delete # GCC 12 inlines only one half of the frame allocator of asio::awaitable, and warns
    -Werror)

set(CONTEGO_SANITIZE "" CACHE STRING "Sanitizers for all targets, as -fsanitize takes them: address,undefined or thread")
if(CONTEGO_SANITIZE)
    target_compile_options(contego_options INTERFACE -fsanitize=${CONTEGO_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(contego_options INTERFACE -fsanitize=${CONTEGO_SANITIZE})
    if(CONTEGO_SANITIZE MATCHES thread)
        target_compile_options(contego_options INTERFACE -Wno-tsan) # Asio uses fences, which TSan does not model
    endif()
else()
    include(hardening)
endif()

# In the daemon, one thread often frees memory that another thread allocated. This is expensive in the C library's allocator.
# The sanitizers bring their own allocator.
add_library(contego_allocator INTERFACE)
if(NOT CONTEGO_SANITIZE)
    target_link_libraries(contego_allocator INTERFACE -Wl,--push-state,--no-as-needed PkgConfig::tcmalloc -Wl,--pop-state)
endif()

option(CONTEGO_COVERAGE "Count lines and branches for gcovr" OFF)
if(CONTEGO_COVERAGE)
    target_compile_options(contego_options INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(contego_options INTERFACE --coverage)
endif()

find_program(CONTEGO_CCACHE ccache)
if(CONTEGO_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CONTEGO_CCACHE}")
endif()

# contego_room(NAME SOURCES ... LINKS ...) declares one room of the line as a static library.
function(contego_room name)
    cmake_parse_arguments(room "" "" "SOURCES;LINKS" ${ARGN})
    add_library(contego_${name} STATIC ${room_SOURCES})
    add_library(contego::${name} ALIAS contego_${name})
    target_link_libraries(contego_${name} PUBLIC contego_options ${room_LINKS})
endfunction()
