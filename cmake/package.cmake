# Makes the Debian package contegod-draft-binding, without the daemon:
#   cpack --config build/release/CPackConfig.cmake -B FOLDER
# CMakeLists.txt includes this after the installation, whose component draft-binding is the content of the package.
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL draft-binding)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The maintainers of contegod <maintainers@contegod.invalid>") # CPack requires an address
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "drafts a binding file of contegod from a WSDL")
set(CPACK_COMPONENT_DRAFT-BINDING_DESCRIPTION
    "The program reads the WSDL of a conditional access system, and drafts the binding file that contegod needs for it. It also validates the envelopes of \
a binding file with that WSDL; only this needs contegod.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_DRAFT-BINDING_PACKAGE_NAME contegod-draft-binding)
set(CPACK_DEBIAN_DRAFT-BINDING_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DRAFT-BINDING_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_DRAFT-BINDING_PACKAGE_DEPENDS "python3 (>= 3.11), python3-lxml")
include(CPack)
