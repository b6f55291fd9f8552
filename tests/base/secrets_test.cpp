// What must not be shown of an export, in the shapes of every vendor.
#include "fwproof/base/secrets.hpp"
#include "fwproof/base/result.hpp"
#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("secrets of a line are masked, and only they") {
    struct Case {
        std::string line, shown;
    };
    const std::vector<Case> cases = {
        // Cisco ASA
        {"enable password 8Ry2YjIyt7RRXU24 encrypted", "enable password **************** encrypted"},
        {"enable password $sha512$5000$abc== pbkdf2", "enable password ****************** pbkdf2"},
        {"passwd 2KFQnbNIdI.2KYOU encrypted", "passwd **************** encrypted"},
        {"username admin password f3UhLvUj1QsXsuK7 encrypted privilege 15",
         "username admin password **************** encrypted privilege 15"},
        {"snmp-server community 0 Pl4nt-RO", "snmp-server community 0 ********"},
        {"snmp-server host inside 10.1.1.1 community Pl4nt version 2c",
         "snmp-server host inside 10.1.1.1 community ***** version 2c"},
        {"snmp-server user mon g v3 encrypted auth sha aa:bb:cc priv aes 128 dd:ee:ff",
         "snmp-server user mon g v3 encrypted auth sha ******** priv aes 128 ********"},
        {" ikev1 pre-shared-key N0tForYou", " ikev1 pre-shared-key *********"},
        {" ikev2 remote-authentication pre-shared-key 0 N0tForYou",
         " ikev2 remote-authentication pre-shared-key 0 *********"},
        {" key R4dius", " key ******"},
        {"aaa-server RAD (inside) host 10.1.1.2 R4dius timeout 5",
         "aaa-server RAD (inside) host 10.1.1.2 ****** timeout 5"},
        {"aaa-server RAD (inside) host 10.1.1.2 key R4dius", "aaa-server RAD (inside) host 10.1.1.2 key ******"},
        {" authentication key eigrp 100 R0uting key-id 1", " authentication key eigrp 100 ******* key-id 1"},
        {"key config-key password-encryption M4ster", "key config-key password-encryption ******"},
        {" key 1", " key 1"},
        {"failover key sh4red", "failover key ******"},
        {"ntp authentication-key 1 md5 t1mekeeper", "ntp authentication-key 1 md5 **********"},
        {" ospf message-digest-key 1 md5 r0uting", " ospf message-digest-key 1 md5 *******"},
        {" ldap-login-password b1nd", " ldap-login-password ****"},
        {"enable password *****", "enable password *****"},
        {"username admin attributes", "username admin attributes"},
        {"crypto key generate rsa modulus 2048", "crypto key generate rsa modulus 2048"},
        {"access-list OUT remark password reset portal", "access-list OUT remark password reset portal"},
        {"access-list OUT extended permit tcp any host 10.2.0.9 eq 443",
         "access-list OUT extended permit tcp any host 10.2.0.9 eq 443"},
        // iptables
        {"-A INPUT -p tcp -m comment --comment \"login password=hunter2, ask ops\" -j ACCEPT",
         "-A INPUT -p tcp -m comment --comment \"login password=*******, ask ops\" -j ACCEPT"},
        {"# backup: https://robot:s3cret@backup.example/", "# backup: https://robot:******@backup.example/"},
        {"-A INPUT -s 2001:db8::1/128 -m mac --mac-source 02:00:5e:00:00:01 -j ACCEPT",
         "-A INPUT -s 2001:db8::1/128 -m mac --mac-source 02:00:5e:00:00:01 -j ACCEPT"},
        // Windows
        {"\"DefaultPassword\"=\"Winter2026\"", "\"DefaultPassword\"=\"**********\""},
        {"<User cpassword=\"j1Uyj3Vx8TY9LtLZil2uAuZkFQA/4latT76ZwgdHdhw\" name=\"x\"/>",
         "<User cpassword=\"*******************************************\" name=\"x\"/>"},
        {"Auth1PSK:                             Gr0upKey", "Auth1PSK:                             ********"},
        {"{\"presharedKey\": \"Gr0upKey\", \"enabled\": true}", "{\"presharedKey\": \"********\", \"enabled\": true}"},
        {"<Password>Winter2026</Password>", "<Password>**********</Password>"},
        {"\"PasswordLength\"=dword:0000000e", "\"PasswordLength\"=dword:0000000e"},
    };
    for (const auto& [line, shown] : cases) CHECK(mask_secrets(line) == shown);
}

TEST_CASE("keys and communities are known by what stands before them") {
    const auto source = std::make_shared<const Source>(
        "x.reg",
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP]\n\"Start\"=dword:00000002\n\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP\\Parameters\\ValidCommunities]\n\"pl4nt-ro\"=dword:00000004\n\n"
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyu\n-----END RSA PRIVATE KEY-----\n"
        "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyu\n-----END CERTIFICATE-----\n");
    std::string shown;
    for (std::uint32_t line = 1; line <= source->line_count(); ++line) {
        shown += shown_line({source.get(), source->line_offset(line), 1}) + "\n";
    }
    CHECK(shown ==
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP]\n\"Start\"=dword:00000002\n\n"
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP\\Parameters\\ValidCommunities]\n\"********\"=dword:00000004\n\n"
          "-----BEGIN RSA PRIVATE KEY-----\n********************************\n-----END RSA PRIVATE KEY-----\n"
          "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyu\n-----END CERTIFICATE-----\n");
}

TEST_CASE("a span that begins behind the word that tells still hides its secret") {
    const Source source("x.cfg", "hostname fw\nenable password Tops3cret\nno names\n");
    const SourceSpan value{&source, 28, 9};
    CHECK(shown_text(value) == "*********");
    CHECK(shown_text({&source, 12, 25}) == "enable password *********");
    CHECK(shown_text({&source, 0, 38}) == "hostname fw\nenable password *********\n");
    CHECK(render_excerpt(value, "  ") == "  enable password *********\n                  ^~~~~~~~~\n");
}
