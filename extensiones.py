"""Extensiones de Flask, una de cada una; se atan a la aplicación en `create_app`."""

import pytz
from apscheduler.schedulers.background import BackgroundScheduler
from flask_session import Session
from flask_socketio import SocketIO
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

socketio = SocketIO()
session_ext = Session()
csrf = CSRFProtect()
talisman = Talisman()
scheduler = BackgroundScheduler(timezone=pytz.timezone("America/Hermosillo"))
