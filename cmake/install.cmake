# Installs the two programs and the files that a site needs. CMakeLists.txt includes this after the rooms.
include(GNUInstallDirs)

install(TARGETS contegod contego-sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

set(share "${CMAKE_INSTALL_DATADIR}/contego")

# A component of its own, of which cmake/package.cmake makes a package: it needs Python and python3-lxml, and contegod for --check only.
install(PROGRAMS src/draft_binding/contegod-draft-binding DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT draft-binding)
install(DIRECTORY src/draft_binding/contego_draft DESTINATION "${share}" COMPONENT draft-binding FILES_MATCHING PATTERN "*.py")
install(FILES config/contegod.example.json config/binding.xml config/plural-messages.xml DESTINATION "${share}")
install(DIRECTORY config/wsdl DESTINATION "${share}" FILES_MATCHING PATTERN "*.wsdl" PATTERN "*.xsd")
install(DIRECTORY sql/migrations sql/functions sql/views DESTINATION "${share}/sql" FILES_MATCHING PATTERN "*.sql")

# In the layout of the checkout, so that the links between the pages work.
install(FILES README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}" FILES_MATCHING PATTERN "*.md")

# The unit names the programs by their full path. The path depends on the prefix, which is known only at installation.
install(CODE "
    set(unit_folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\")
    file(READ \"${PROJECT_SOURCE_DIR}/config/contegod.service\" unit)
    string(REPLACE \"=/usr/bin/\" \"=\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/\" unit \"\${unit}\")
    message(STATUS \"Installing: \${unit_folder}/contegod.service\")
    file(WRITE \"\${unit_folder}/contegod.service\" \"\${unit}\")
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system/contegod.service\")")
