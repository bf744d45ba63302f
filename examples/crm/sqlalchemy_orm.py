#!/usr/bin/python3
"""A CRM in Python with the object-relational mapper of SQLAlchemy. README.md says what it does.

The class is mapped from the table itself (reflection). PostgreSQL cannot give contego.request a primary key, since it is partitioned by
columns that change, so the mapping names the key."""

import datetime
import sys
import time

from sqlalchemy import BigInteger, Column, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

engine = create_engine("postgresql+psycopg2://")
Base = automap_base()


class Request(Base):
    __tablename__ = "request"
    __table_args__ = {"schema": "contego"}
    id = Column(BigInteger, primary_key=True)


Base.prepare(autoload_with=engine, schema="contego")

card = sys.argv[1]
key = f"sqlalchemy-{card}"


def activation():
    return Request(action="ADD_SUBSCRIPTIONS", parameters={"smartcard_ca_id": card, "service_ca_id": "1111"},
                   subscription="S-1001", idempotency_key=key)


with Session(engine) as session:
    request = activation()
    session.add(request)
    session.commit()
    print("inserted", request.id)

    while request.life_cycle_state == "PENDING":
        session.rollback()  # ends the transaction, so that the next look is a new one
        time.sleep(0.1)
    print("outcome", request.id, request.life_cycle_state)

    session.add(activation())
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        idempotency = Base.metadata.tables["contego.idempotency"]
        print("again", session.scalar(select(idempotency.c.request_id).where(idempotency.c.idempotency_key == key)))

    position, fed = 0, None  # a real reader stores the position that it has processed
    while not fed:
        feed = func.contego.finished_after(position).table_valued("position", "request_id", "life_cycle_state")
        for row in session.execute(select(feed)):
            position = row.position
            fed = row.life_cycle_state if row.request_id == request.id else fed
        session.rollback()
        time.sleep(0.1)
    print("fed", request.id, fed)

    later = Request(action="CANCEL_SUBSCRIPTIONS", parameters=request.parameters,
                    scheduled_date=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3))
    session.add(later)
    session.flush()
    done = func.contego.withdraw(later.id, "the customer has paid").table_valued("after", "refused")
    after, refused = session.execute(select(done.c.after, done.c.refused)).one()
    session.commit()
    print("withdrawn", later.id, refused or after)
