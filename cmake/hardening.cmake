# What makes a mistake with memory end the program rather than run somebody else's code. tests/binaries looks for each in what
# was built for ops.
include(CheckCXXCompilerFlag)
set(hardened
    -fstack-protector-strong  # a return address that was overwritten is noticed
    -fstack-clash-protection  # a large frame touches each page, so that it cannot jump over the guard page
    -fPIE)
check_cxx_compiler_flag(-fcf-protection=full CONTEGO_CF_PROTECTION) # x86 only
if(CONTEGO_CF_PROTECTION)
    list(APPEND hardened -fcf-protection=full) # indirect jumps and returns go where they may, as far as the CPU checks
    # The start files of Debian do not say so of themselves, and one of all is enough for the linker to leave it out.
    target_link_options(contego_options INTERFACE $<$<CONFIG:RelWithDebInfo>:LINKER:-z,shstk>)
endif()
target_compile_options(contego_options INTERFACE "$<$<CONFIG:RelWithDebInfo>:${hardened}>")
target_compile_definitions(contego_options INTERFACE
    $<$<CONFIG:RelWithDebInfo>:_FORTIFY_SOURCE=2>
    $<$<CONFIG:RelWithDebInfo>:_GLIBCXX_ASSERTIONS>) # an index beyond a vector ends the program
target_link_options(contego_options INTERFACE
    -pie LINKER:-z,relro LINKER:-z,now # every address is drawn anew; the table of functions is read-only from the start
    LINKER:-z,noexecstack)
