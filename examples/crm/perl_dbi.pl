#!/usr/bin/perl
# A CRM in Perl with DBI. README.md says what it does.
use strict;
use warnings;
use DBI;

$| = 1;
my $card = shift or die "usage: perl_dbi.pl CARD\n";
my $key = "perl-$card";
my $parameters = qq({"smartcard_ca_id": "$card", "service_ca_id": "1111"});
my $insert = "INSERT INTO contego.request (action, parameters, subscription, idempotency_key) VALUES ('ADD_SUBSCRIPTIONS', ?, 'S-1001', ?)";

my $db = DBI->connect("dbi:Pg:", "", "", {AutoCommit => 1, RaiseError => 1, PrintError => 0}); # PGHOST and so on

$db->do($insert, undef, $parameters, $key);
my $id = $db->last_insert_id(undef, "contego", "request", undef, {sequence => "contego.request_id_seq"});
print "inserted $id\n";

my $state = "PENDING";
while ($state eq "PENDING") {
    select(undef, undef, undef, 0.1);
    ($state) = $db->selectrow_array("SELECT life_cycle_state FROM contego.request WHERE id = ?", undef, $id);
}
print "outcome $id $state\n";

if (!eval { $db->do($insert, undef, $parameters, $key) }) {
    die $@ if $db->state ne "23505";
    my ($first) = $db->selectrow_array("SELECT request_id FROM contego.idempotency WHERE idempotency_key = ?", undef, $key);
    print "again $first\n";
}

my ($position, $fed) = (0); # a real reader stores the position that it has processed
until ($fed) {
    for my $row (@{$db->selectall_arrayref("SELECT position, request_id, life_cycle_state FROM contego.finished_after(?)", undef, $position)}) {
        $position = $row->[0];
        $fed = $row->[2] if $row->[1] == $id;
    }
    select(undef, undef, undef, 0.1);
}
print "fed $id $fed\n";

my ($later) = $db->selectrow_array(
    "INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', ?, now() + interval '3 days') RETURNING id",
    undef, $parameters);
my ($withdrawn) = $db->selectrow_array("SELECT coalesce(refused, after) FROM contego.withdraw(?, 'the customer has paid')", undef, $later);
print "withdrawn $later $withdrawn\n";
