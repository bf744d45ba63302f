# With these options a memory error ends the program instead of running an attacker's code. tests/binaries checks that the
# release binaries have each of them.
include(CheckCXXCompilerFlag)
set(hardened
    -fstack-protector-strong  # detects an overwritten return address
    -fstack-clash-protection  # a large stack frame touches each page, so it cannot jump over the guard page
    -fPIE)
check_cxx_compiler_flag(-fcf-protection=full CONTEGO_CF_PROTECTION) # x86 only
if(CONTEGO_CF_PROTECTION)
    list(APPEND hardened -fcf-protection=full) # the CPU checks the targets of indirect jumps and returns, if it can
    # Debian's start files are not marked for it. One unmarked file is enough for the linker to leave the mark out.
    target_link_options(contego_options INTERFACE $<$<CONFIG:RelWithDebInfo>:LINKER:-z,shstk>)
endif()
target_compile_options(contego_options INTERFACE "$<$<CONFIG:RelWithDebInfo>:${hardened}>")
target_compile_definitions(contego_options INTERFACE
    $<$<CONFIG:RelWithDebInfo>:_FORTIFY_SOURCE=2>
    $<$<CONFIG:RelWithDebInfo>:_GLIBCXX_ASSERTIONS>) # an index beyond the end of a vector ends the program
target_link_options(contego_options INTERFACE
    -pie LINKER:-z,relro LINKER:-z,now # addresses are random at each start; the table of functions is read-only from the start
    LINKER:-z,noexecstack)
